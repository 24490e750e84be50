import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { SessionTrack } from '../contract/session.ts';
import { countSamples } from './mp4.ts';
import { OPUS_RATE } from './opus.ts';
import { retimed } from './retime.ts';
import { planSound } from './sound.ts';
import type { SoundTrack } from './sound-track.ts';
import type { TrackPool } from './track-pool.ts';

/** Samples of an AAC frame, and the delay of ffmpeg's own AAC encoder (the same in ffmpeg 4 to 8). */
export const AAC_FRAME_SAMPLES = 1024;
/**
 * A part ends at each multiple of this of the session's time, in all of its files: what several of them sound of is
 * decoded once. Each part costs the start of a decoder; the last one is made after the call.
 */
const PART_MS = 18_000;
/**
 * Frames that a part's encoder gets before its own, which are thrown away: it is then in the state of one that had
 * encoded everything, and its first frame's overlap matches the end of the part before.
 */
const LEAD_FRAMES = 16;
/** The encoder looks ahead; what it makes of these is thrown away too. */
const TAIL_FRAMES = 4;
/** The limiter's gain has come back from any peak: 8 of its time constants. */
const LIMITER_LEAD_SAMPLES = 2 * OPUS_RATE;

/** The sound of an output. */
export interface SoundPlanJob {
  /** The output, for messages and progress. */
  outputId: string;
  tracks: readonly SessionTrack[];
  pool: TrackPool;
  /** Session time of the output's time 0, milliseconds. */
  startMs: number;
  durationMs: number;
  /** During the call: only parts that need nothing after this session time. */
  untilMs: number;
  /** Parts that end before this session time are there. */
  sinceMs?: number;
  /** For a mix of many voices: keeps the sum below full scale. */
  limit: boolean;
  /** What the mix is multiplied by, before the limiter; 1 where nothing is said. */
  gain?: number;
  bitrateKbps: number;
  /** Where its pieces are. */
  dir: string;
}

/** Samples of the output, [from, to). */
export interface Stretch {
  from: number;
  to: number;
}

export interface OpenedSound {
  track: SessionTrack;
  sound: SoundTrack;
}

/** A stretch of an output's sound that is encoded on its own: `frames` of the file's AAC frames, after the first `skip`. */
export interface PlannedSoundPart {
  outputId: string;
  startMs: number;
  limit: boolean;
  gain: number;
  bitrateKbps: number;
  tracks: readonly OpenedSound[];
  /** What is mixed; what comes before `encodeFrom` in it is for the limiter. */
  stretch: Stretch;
  encodeFrom: number;
  /** Which of the session's parts it is, so that those of several outputs can be made together. */
  index: number;
  file: string;
  skip: number;
  frames: number;
}

/** A part as the joining wants it. */
export type SoundPart = Pick<PlannedSoundPart, 'file' | 'skip' | 'frames'>;

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
export async function planSoundParts(job: SoundPlanJob): Promise<PlannedSoundPart[]> {
  const { outputId, startMs, limit, bitrateKbps, gain = 1 } = job;
  const all = aacFrames(job.durationMs);
  const total = Math.max(AAC_FRAME_SAMPLES + 1, Math.round((job.durationMs * OPUS_RATE) / 1000));
  const tracks = await openSounds(job.tracks, job.pool);
  const parts: PlannedSoundPart[] = [];
  const firstIndex = Math.floor(startMs / PART_MS);
  for (let index = firstIndex, first = 0; first < all; index++) {
    const end = Math.min(all, frameAt((index + 1) * PART_MS - startMs));
    if (end <= first) continue;
    const lead = Math.min(LEAD_FRAMES, first);
    const encodeFrom = (first - lead + 1) * AAC_FRAME_SAMPLES;
    const to = Math.min(total, (end + TAIL_FRAMES) * AAC_FRAME_SAMPLES);
    if (startMs + (to * 1000) / OPUS_RATE > job.untilMs) break;
    if (startMs + (to * 1000) / OPUS_RATE <= (job.sinceMs ?? -Infinity)) {
      first = end;
      continue;
    }
    const from = limit ? Math.max(encodeFrom - LIMITER_LEAD_SAMPLES, AAC_FRAME_SAMPLES) : encodeFrom;
    const planned = {
      ...{ outputId, startMs, limit, gain, bitrateKbps, tracks, stretch: { from, to }, encodeFrom, index },
      ...{ skip: lead, frames: end - first },
    };
    parts.push({ ...planned, file: join(job.dir, `sound-${partHash(planned)}.m4a`) });
    first = end;
  }
  return parts;
}

export async function openSounds(tracks: readonly SessionTrack[], pool: TrackPool): Promise<OpenedSound[]> {
  const opened: OpenedSound[] = [];
  for (const track of tracks) opened.push({ track, sound: await pool.sound(track) });
  return opened;
}

const frameAt = (ms: number): number => Math.ceil((ms * OPUS_RATE) / 1000 / AAC_FRAME_SAMPLES);

/** The parts that are not there, or not whole. */
export async function missingSoundParts(parts: readonly PlannedSoundPart[]): Promise<PlannedSoundPart[]> {
  const missing: PlannedSoundPart[] = [];
  for (const part of parts) {
    const frames = await countSamples(part.file).catch(() => 0);
    if (frames < part.skip + part.frames) missing.push(part);
  }
  return missing;
}

/** Changes when parts made by an older version of this code would sound or join differently. */
const SOUND_VERSION = 4;

/** A name for everything that a part's sound depends on. */
function partHash({
  stretch,
  encodeFrom,
  skip,
  frames,
  limit,
  gain,
  bitrateKbps,
  tracks,
  startMs,
}: Omit<PlannedSoundPart, 'file'>): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([SOUND_VERSION, stretch, encodeFrom, skip, frames, limit, gain, bitrateKbps]));
  for (const { track, sound } of tracks) {
    const { runs, pieces } = planSound({ track, sound, startMs, ...stretch });
    if (runs.length === 0) continue;
    // The line's pieces that matter here, to a thousandth of a sample: two ways of working it out may differ by less.
    const places = [runs[0], ...runs.filter(({ gapBefore }) => gapBefore), runs.at(-1)].map((run) =>
      Math.round(retimed(pieces, run?.position ?? 0) * 1000),
    );
    hash.update(JSON.stringify([track.track_id, runs, places]));
  }
  return hash.digest('hex').slice(0, 32);
}
