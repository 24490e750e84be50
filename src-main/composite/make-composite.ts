import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CardRenderer } from '../contract/cards.ts';
import { RollcallError } from '../contract/errors.ts';
import type { Session } from '../contract/session.ts';
import { DEFAULT_THEME, type Theme } from '../contract/theme.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { CardFiles } from '../media/card-files.ts';
import { makeSoundParts, type SoundPart } from '../media/encode-sound.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { joinMp4 } from '../media/join.ts';
import { moveIntoPlace, together } from '../media/output-file.ts';
import { probe } from '../media/probe.ts';
import { renderScene } from '../media/scene.ts';
import { DEFAULT_ENCODER } from '../media/segment.ts';
import { StreamPictures } from '../media/stream-pictures.ts';
import type { TrackPool } from '../media/track-pool.ts';
import { planBadges } from './badges.ts';
import { compositeRange, mergeIntervals, planIntervals, type CompositeRange, type Interval } from './intervals.ts';
import type { LayoutKind } from './layout.ts';
import { segmentScene, type ComposeCanvas } from './segment-scene.ts';
import { planSegments } from './segments.ts';

export interface MakeCompositeJob {
  sessionDir: string;
  session: Session;
  timeline: readonly TimelineEvent[];
  layout: LayoutKind;
  /** Even numbers of pixels. */
  width: number;
  height: number;
  fps: number;
  /** Peer ids to leave out: picture, sound and name. */
  withoutPeers: readonly string[];
  /** Only this part of the session; all of it where absent. */
  range?: CompositeRange | undefined;
  theme?: Theme | undefined;
  /** Absolute, or relative to the session folder. */
  outFile: string;
  ffmpeg: Ffmpeg;
  cards: CardRenderer;
  /** For work files; finished segments of a run that failed are used by the next one. */
  workDir: string;
  /** The session's tracks; whoever made it closes it. */
  pool: TrackPool;
  signal?: AbortSignal | undefined;
  /** Share of the work done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/** A finished composite. */
export interface MadeComposite {
  /** As given. */
  file: string;
  /** Where the file's time 0 lies on the session clock. */
  start_ms: number;
  duration_ms: number;
  width: number;
  height: number;
}

const SOUND_KBPS = 160;
const SOUND_SHARE = 0.1;

/** Makes one MP4 of the whole session, from the first stream's start to the last one's end. */
export async function makeComposite(job: MakeCompositeJob): Promise<MadeComposite> {
  const { session, sessionDir, width, height, fps } = job;
  const range = job.range ?? compositeRange(session);
  if (!range)
    throw new RollcallError('NO_MEDIA', 'The session has no media to compose.', 'There is nothing to make a file of.');
  checkSize(width, height);
  const { dir, segments, sound } = await prepareComposite(job, range, Infinity);
  const joined = join(dir, 'joined.mp4');
  await joinMp4({ segments, fps, sound, outFile: joined, signal: job.signal });
  const made = await probe(joined);
  await moveIntoPlace(joined, resolve(sessionDir, job.outFile));
  await rm(dir, { recursive: true, force: true });
  job.onProgress?.(1);
  return { file: job.outFile, start_ms: range.startMs, duration_ms: made.durationMs, width, height };
}

/**
 * During the call: makes the pieces of the composite that nothing after `untilMs` (session time) can change. The file
 * itself, made later with the same settings, finds them by what they show.
 */
export async function advanceComposite(job: MakeCompositeJob, untilMs: number): Promise<void> {
  const range = job.range ?? compositeRange(job.session);
  if (range) await prepareComposite(job, range, untilMs);
}

/** The pieces of a composite. */
interface CompositeWork {
  dir: string;
  segments: { file: string; frames: number }[];
  sound: SoundPart[];
}

async function prepareComposite(job: MakeCompositeJob, range: CompositeRange, untilMs: number): Promise<CompositeWork> {
  const { session, fps, ffmpeg, pool } = job;
  const withoutPeers = new Set(job.withoutPeers);
  const dir = join(job.workDir, `composite-${basename(job.outFile)}`);
  await mkdir(dir, { recursive: true });
  const intervals = mergeIntervals(
    planIntervals(session, job.timeline, range, fps, withoutPeers),
    intervalKey(job.layout),
  );
  const durationMs = (intervals.reduce((end, { to }) => Math.max(end, to), 0) * 1000) / fps;
  const progress = { picture: 0, sound: 0 };
  const report = (): void => job.onProgress?.(progress.picture * (1 - SOUND_SHARE) + progress.sound * SOUND_SHARE);
  const work: CompositeWork = { dir, segments: [], sound: [] };
  const tracks = session.tracks.filter(({ kind, peer_id }) => kind === 'audio' && !withoutPeers.has(peer_id));
  await together(job.signal, [
    async (signal) => {
      const onShare = (share: number): void => {
        progress.picture = share;
        report();
      };
      work.segments = await renderSegments({ ...job, signal }, { intervals, range, dir, untilMs }, onShare);
    },
    async (signal) => {
      const onProgress = (doneMs: number): void => {
        progress.sound = Math.min(1, doneMs / durationMs);
        report();
      };
      work.sound = await makeSoundParts({
        ...{ name: 'composite (sound)', tracks, pool, startMs: range.startMs, durationMs, untilMs, limit: true },
        ...{ bitrateKbps: SOUND_KBPS, workDir: dir, ffmpeg, signal, onProgress },
      });
    },
  ]);
  return work;
}

function checkSize(width: number, height: number): void {
  if (width >= 160 && height >= 120 && width <= 4096 && height <= 4096 && width % 2 === 0 && height % 2 === 0) return;
  throw new RollcallError(
    'USAGE',
    `A composite of ${width}x${height} cannot be made.`,
    'Choose even numbers from 160x120 to 4096x4096, such as 1280x720.',
  );
}

/** What a change of makes a new picture: who is there under what name, and in `speaker` who speaks. */
function intervalKey(layout: LayoutKind): (interval: Interval) => string {
  return ({ tiles, speakerId, paused }) =>
    JSON.stringify([
      tiles.map(({ streamId, name }) => [streamId, name]),
      layout === 'speaker' ? speakerId : null,
      paused ?? false,
    ]);
}

interface Picture {
  intervals: readonly Interval[];
  range: CompositeRange;
  dir: string;
  untilMs: number;
}

async function renderSegments(
  job: MakeCompositeJob,
  { intervals, range, dir, untilMs }: Picture,
  onShare: (share: number) => void,
): Promise<{ file: string; frames: number }[]> {
  const { session, width, height, fps, layout, ffmpeg, signal } = job;
  const total = intervals.at(-1)?.to ?? 0;
  const cards = new CardFiles(job.cards, dir);
  const shown = new Set(intervals.flatMap(({ tiles }) => tiles.map(({ streamId }) => streamId)));
  const pictures = new Map<string, StreamPictures>();
  const canvas: ComposeCanvas = {
    width,
    height,
    fps,
    layout,
    theme: job.theme ?? DEFAULT_THEME,
    startMs: range.startMs,
  };
  const grid = { startMs: range.startMs, fps, ticks: total };
  for (const streamId of shown) {
    const tracks = session.tracks.filter((track) => track.stream_id === streamId);
    pictures.set(streamId, await StreamPictures.open(job.pool, tracks, grid));
  }
  const badges = planBadges(session, job.timeline, range, fps);
  const made: { file: string; frames: number }[] = [];
  for (const segment of planSegments(intervals, fps)) {
    if (range.startMs + (segment.to * 1000) / fps > untilMs) break;
    const scene = await segmentScene(segment, canvas, { pictures, badges, cards });
    const onProgress = (frames: number): void => onShare((segment.from + frames) / total);
    const file = await renderScene({ scene, encoder: DEFAULT_ENCODER, workDir: dir, ffmpeg, signal, onProgress });
    made.push({ file, frames: segment.to - segment.from });
    onShare(segment.to / total);
  }
  return made;
}
