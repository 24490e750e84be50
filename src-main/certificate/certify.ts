import { join } from 'node:path';
import type { Certificate } from '../contract/certificate.ts';
import type { SessionTrack } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { sessionMs } from '../media/clock-map.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { OPUS_RATE } from '../media/opus.ts';
import { planPictures } from '../media/pictures.ts';
import type { SoundTrack } from '../media/sound-track.ts';
import type { TrackPool } from '../media/track-pool.ts';
import type { VideoTrack } from '../media/video-track.ts';
import { findGaps, type Span, type TrackMedia } from './gaps.ts';
import { hundredth, latenessStats, pictureLateness } from './lateness.ts';
import { readFileFacts, type FileFacts } from './read-file.ts';
import { checkSound } from './sound-check.ts';

export interface CertifyJob {
  sessionDir: string;
  /** The finished file: where it is, its time 0 on the session clock, its hash. */
  output: { file: string; start_ms: number; sha256: string };
  /** The tracks it was made of, with the clocks it was made by. */
  tracks: readonly SessionTrack[];
  timeline: readonly TimelineEvent[];
  pool: TrackPool;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
}

interface Opened {
  track: SessionTrack;
  sound: SoundTrack | null;
  video: VideoTrack | null;
}

/** Measures a finished file against the tracks that it was made of. @throws RollcallError where it cannot be read. */
export async function certify(job: CertifyJob): Promise<Certificate> {
  const { sessionDir, output, timeline, pool } = job;
  const file = join(sessionDir, output.file);
  const facts = await readFileFacts(file);
  const within: Span = [output.start_ms, output.start_ms + facts.durationMs];
  const opened: Opened[] = [];
  for (const track of job.tracks) {
    const audio = track.kind === 'audio';
    if (audio ? facts.audio === null : facts.video === null) continue;
    opened.push({
      track,
      sound: audio ? await pool.sound(track) : null,
      video: audio ? null : await pool.video(track),
    });
  }
  const late = lateness(opened, facts, output.start_ms);
  const picture = latenessStats([...late.values()].flat());
  const sound = facts.audio === null ? [] : await soundPoints(job, file, facts, opened);
  const found = agreed(sound.map(({ offset_ms }) => offset_ms));
  return {
    version: 1,
    sha256: output.sha256,
    duration_ms: hundredth(facts.durationMs),
    video: facts.video,
    audio: facts.audio,
    sources: opened.map((one) => sourceOf(one, late, within)),
    sync: {
      // Where no sound could be told apart it is where its timestamps put it: to a sample, so at 0.
      av_offset_ms: picture && facts.audio ? hundredth((found ?? 0) - picture.mean_ms) : null,
      method: found === null ? 'timestamps' : 'content',
      picture,
      sound,
    },
    ...findGaps(opened.map(mediaOf), timeline, within),
  };
}

async function soundPoints(job: CertifyJob, file: string, facts: FileFacts, opened: readonly Opened[]) {
  const tracks = opened.flatMap(({ track, sound }) => (sound ? [{ track, sound }] : []));
  const { ffmpeg, signal, output } = job;
  return checkSound({ file, startMs: output.start_ms, durationMs: facts.durationMs, tracks, ffmpeg, signal });
}

/** By track id: how late each of its frames that the file shows is. */
function lateness(opened: readonly Opened[], facts: FileFacts, startMs: number): Map<string, number[]> {
  const late = new Map<string, number[]>();
  if (!facts.video) return late;
  const grid = { startMs, fps: facts.video.fps, ticks: facts.video.frames };
  const streams = new Set(opened.map(({ track }) => track.stream_id));
  for (const streamId of streams) {
    const own = opened
      .flatMap(({ track, video }) =>
        video && track.stream_id === streamId ? [{ track, index: video.index(track) }] : [],
      )
      .sort((a, b) => a.track.start_ms - b.track.start_ms);
    const plan = planPictures(
      own.map(({ track: { end_ms: endMs, paused, source }, index }) => ({
        index,
        endMs,
        paused,
        isCamera: source === 'camera',
      })),
      grid,
    );
    const values = pictureLateness(
      plan,
      own.map(({ index }) => index),
      facts.frameTimesMs,
      startMs,
    );
    own.forEach(({ track }, i) => late.set(track.track_id, values[i] ?? []));
  }
  return late;
}

function sourceOf(
  { track, sound, video }: Opened,
  late: ReadonlyMap<string, number[]>,
  within: Span,
): Certificate['sources'][number] {
  const { track_id, kind } = track;
  if (video) return { track_id, kind, captured: video.frames, used: late.get(track_id)?.length ?? 0 };
  const [from, to] = within.map((ms) => fileSamples(track, ms)) as [number, number];
  return { track_id, kind, captured: sound?.packets ?? 0, used: sound?.packetsIn(from, to) ?? 0 };
}

/** When a track has media, by its own packets. */
function mediaOf({ track, sound, video }: Opened): TrackMedia {
  const holes: Span[] = [];
  if (video) {
    const { timesMs } = video.index(track);
    timesMs.forEach((time, i) => {
      const before = timesMs[i - 1];
      if (before !== undefined && time - before > 2 * FRAME_MS) holes.push([before + FRAME_MS, time]);
    });
    const [first] = timesMs;
    return { track, holes, media: first === undefined ? null : [first, Math.max(track.end_ms, timesMs.at(-1) ?? 0)] };
  }
  const at = (sample: number): number => sessionMs(track.clock, (sample * 1000) / OPUS_RATE);
  const outline = sound?.outline() ?? null;
  for (const [from, to] of outline?.holes ?? []) holes.push([at(from), at(to)]);
  return { track, holes, media: outline && [at(outline.from), at(outline.to)] };
}

/** Of the usual camera: a shorter hole is a frame that came a little late. */
const FRAME_MS = 1000 / 30;

/** The sample of a track's file at a session time; a millisecond off at most where its clock was corrected. */
function fileSamples(track: SessionTrack, ms: number): number {
  const offset = sessionMs(track.clock, 0);
  return ((ms - offset) * OPUS_RATE) / 1000 / (1 + track.clock.skew);
}

/** Two that found the same are no chance. */
const AGREE_MS = 3;

/** The median of what was found, where at least one other agrees with it; null for no answer. */
function agreed(offsets: readonly number[]): number | null {
  const middle = median(offsets);
  return offsets.filter((offset) => Math.abs(offset - middle) <= AGREE_MS).length >= 2 ? middle : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
