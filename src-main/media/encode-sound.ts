import { createHash } from 'node:crypto';
import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionTrack } from '../contract/session.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { Limiter } from './limiter.ts';
import { mix } from './mix.ts';
import { OPUS_RATE } from './opus.ts';
import { retimed } from './retime.ts';
import { CHANNELS, planSound, trackSound, write } from './sound.ts';
import type { SoundTrack } from './sound-track.ts';
import type { TrackPool } from './track-pool.ts';

/** Samples of an AAC frame, and the delay of ffmpeg's own AAC encoder (the same in ffmpeg 4 to 8). */
export const AAC_FRAME_SAMPLES = 1024;
/**
 * AAC frames of a part: 17.9 s. Each part costs the start of a decoder per track; the last one is made after the call.
 */
const PART_FRAMES = 840;
/**
 * Frames that a part's encoder gets before its own, which are thrown away: it is then in the state of one that had
 * encoded everything, and its first frame's overlap matches the end of the part before.
 */
const LEAD_FRAMES = 16;
/** The encoder looks ahead; what it makes of these is thrown away too. */
const TAIL_FRAMES = 4;
/** The limiter's gain has come back from any peak: 8 of its time constants. */
const LIMITER_LEAD_SAMPLES = 2 * OPUS_RATE;

export interface SoundPartsJob {
  name: string;
  tracks: readonly SessionTrack[];
  pool: TrackPool;
  /** Session time of the output's time 0, milliseconds. */
  startMs: number;
  durationMs: number;
  /** During the call: only parts that need nothing after this session time. */
  untilMs: number;
  /** For a mix of many voices: keeps the sum below full scale. */
  limit: boolean;
  bitrateKbps: number;
  workDir: string;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  /** Milliseconds done. */
  onProgress?: ((doneMs: number) => void) | undefined;
}

/** An encoded stretch of sound: `frames` of the file's AAC frames, after the first `skip`. */
export interface SoundPart {
  file: string;
  skip: number;
  frames: number;
}

/** AAC frames that cover a duration. */
export const aacFrames = (durationMs: number): number =>
  Math.max(1, Math.ceil((durationMs * OPUS_RATE) / 1000 / AAC_FRAME_SAMPLES));

/**
 * The sound of an output as AAC, in parts that stand alone (made during the call, made again after a crash) and still
 * join without a click: all lie on one grid of frames, and each encoder begins before its part, with the same sound as
 * the part before ends with. The encoder delays sound by one frame; files usually say so in an edit list, which players
 * follow differently. Here it gets the sound one frame early instead (the output's first 21 ms are lost by that): what
 * comes out is in place with no edit list at all.
 * @returns the parts from the start; all of them where `untilMs` is Infinity
 */
export async function makeSoundParts(job: SoundPartsJob): Promise<SoundPart[]> {
  const all = aacFrames(job.durationMs);
  const total = Math.max(AAC_FRAME_SAMPLES + 1, Math.round((job.durationMs * OPUS_RATE) / 1000));
  const opened: Opened[] = [];
  for (const track of job.tracks) opened.push({ track, sound: await job.pool.sound(track) });
  const parts: SoundPart[] = [];
  for (let first = 0; first < all; first += PART_FRAMES) {
    const frames = Math.min(PART_FRAMES, all - first);
    const lead = Math.min(LEAD_FRAMES, first);
    const from = (first - lead + 1) * AAC_FRAME_SAMPLES;
    const to = Math.min(total, (first + frames + TAIL_FRAMES) * AAC_FRAME_SAMPLES);
    if (job.startMs + (to * 1000) / OPUS_RATE > job.untilMs) break;
    const stretch = { from: job.limit ? Math.max(from - LIMITER_LEAD_SAMPLES, AAC_FRAME_SAMPLES) : from, to };
    const file = join(job.workDir, `sound-${partHash(job, opened, stretch, from)}.m4a`);
    if (!(await exists(file))) await encodePart(job, opened, stretch, from, file);
    parts.push({ file, skip: lead, frames });
    job.onProgress?.(((first + frames) * AAC_FRAME_SAMPLES * 1000) / OPUS_RATE);
  }
  return parts;
}

interface Opened {
  track: SessionTrack;
  sound: SoundTrack;
}

/** Samples of the output, [from, to). */
interface Stretch {
  from: number;
  to: number;
}

/** Encodes [from, stretch.to); what comes before `from` in the stretch is for the limiter. */
async function encodePart(
  job: SoundPartsJob,
  opened: readonly Opened[],
  stretch: Stretch,
  from: number,
  file: string,
): Promise<void> {
  const { ffmpeg, signal, startMs } = job;
  const partial = `${file}.part`;
  const process = ffmpeg.start({
    name: job.name,
    signal,
    args: [
      ...['-f', 'f32le', '-ar', String(OPUS_RATE), '-ac', String(CHANNELS), '-i', 'pipe:0'],
      ...['-map_metadata', '-1', '-c:a', 'aac', '-b:a', `${job.bitrateKbps}k`, '-f', 'mp4', partial],
    ],
  });
  process.stdout.resume();
  const sources = opened.map(({ track, sound }) => ({
    // A second early: the track's start is an estimate.
    from: ((track.start_ms - 1000 - startMs) * OPUS_RATE) / 1000,
    blocks: trackSound({ track, sound, startMs, ...stretch, ffmpeg, signal }),
  }));
  const limiter = job.limit ? new Limiter() : null;
  let unused = (from - stretch.from) * CHANNELS;
  const encode = async (samples: Float32Array): Promise<boolean> => {
    const used = samples.subarray(Math.min(unused, samples.length));
    unused = Math.max(0, unused - samples.length);
    return used.length === 0 || (await write(process, bytes(used)));
  };
  try {
    for await (const block of mix(sources, stretch.from, stretch.to)) {
      if (!(await encode(limiter ? limiter.push(block) : block))) break;
    }
    if (limiter) await encode(limiter.flush());
    process.stdin.end();
    await process.done;
    await rename(partial, file);
  } finally {
    process.kill();
    await rm(partial, { force: true });
  }
}

/** Changes when parts made by an older version of this code would sound or join differently. */
const SOUND_VERSION = 1;

/** A name for everything that a part's sound depends on. */
function partHash(job: SoundPartsJob, opened: readonly Opened[], stretch: Stretch, from: number): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([SOUND_VERSION, stretch, from, job.limit, job.bitrateKbps]));
  for (const { track, sound } of opened) {
    const { runs, pieces } = planSound({ track, sound, startMs: job.startMs, ...stretch });
    if (runs.length === 0) continue;
    // The line's pieces that matter here, to a thousandth of a sample: two ways of working it out may differ by less.
    const places = [runs[0], ...runs.filter(({ gapBefore }) => gapBefore), runs.at(-1)].map((run) =>
      Math.round(retimed(pieces, run?.position ?? 0) * 1000),
    );
    hash.update(JSON.stringify([track.track_id, runs, places]));
  }
  return hash.digest('hex').slice(0, 32);
}

const bytes = (samples: Float32Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
