import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CardRenderer } from '../contract/cards.ts';
import { RollcallError } from '../contract/errors.ts';
import type { Session, SessionTrack } from '../contract/session.ts';
import { DEFAULT_THEME, type Theme } from '../contract/theme.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { CardFiles } from '../media/card-files.ts';
import { openSounds, planSoundParts, type PlannedSoundPart } from '../media/encode-sound.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { joinMp4 } from '../media/join.ts';
import { loudnessGain } from '../media/loudness.ts';
import { OPUS_RATE } from '../media/opus.ts';
import { moveIntoPlace } from '../media/output-file.ts';
import { renderPieces } from '../media/render-pieces.ts';
import type { PlannedScene } from '../media/scene.ts';
import { DEFAULT_ENCODER, type EncoderSettings } from '../media/segment.ts';
import { SessionPictures } from '../media/stream-pictures.ts';
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
  /** Integrated loudness of its sound, LUFS (EBU R128); as the call had it where absent. */
  loudnessLufs?: number | undefined;
  /** No picture: a file of the sound alone. */
  soundOnly?: boolean | undefined;
  /** Absolute, or relative to the session folder. */
  outFile: string;
  ffmpeg: Ffmpeg;
  cards: CardRenderer;
  /** For work files; finished segments of a run that failed are used by the next one. */
  workDir: string;
  /** The session's tracks; whoever made it closes it. */
  pool: TrackPool;
  /** The session's pictures at `fps`, where somebody has them already. */
  pictures?: SessionPictures | undefined;
  encoder?: EncoderSettings | undefined;
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

/** Makes one MP4 of the whole session, from the first stream's start to the last one's end. */
export async function makeComposite(job: MakeCompositeJob): Promise<MadeComposite> {
  const { sessionDir, width, height, fps, ffmpeg, signal, encoder = DEFAULT_ENCODER } = job;
  checkSize(width, height);
  const plan = await planComposite(job, Infinity);
  if (!plan)
    throw new RollcallError('NO_MEDIA', 'The session has no media to compose.', 'There is nothing to make a file of.');
  const segments = await renderPieces(plan, { encoder, ffmpeg, signal, onProgress: job.onProgress });
  const joined = join(plan.dir, 'joined.mp4');
  const { durationMs } = await joinMp4({ segments, fps, sound: plan.sound, outFile: joined, signal });
  await moveIntoPlace(joined, resolve(sessionDir, job.outFile));
  await rm(plan.dir, { recursive: true, force: true });
  job.onProgress?.(1);
  return { file: job.outFile, start_ms: plan.startMs, duration_ms: durationMs, width, height };
}

/** The pieces of a composite. */
export interface CompositePlan {
  dir: string;
  startMs: number;
  scenes: PlannedScene[];
  sound: PlannedSoundPart[];
}

/** For messages and progress. */
const OUTPUT_ID = 'composite';

/**
 * Plans the pieces of the composite that end after `sinceMs` and that nothing after `untilMs` (session time) can change;
 * all of them where that is Infinity; null where there is nothing to compose. The file itself, made later with the same settings, finds them by
 * what they show.
 */
export async function planComposite(
  job: MakeCompositeJob,
  untilMs: number,
  sinceMs = -Infinity,
): Promise<CompositePlan | null> {
  const { session, fps, pool } = job;
  const whole = job.range ?? compositeRange(session);
  if (!whole) return null;
  const withoutPeers = new Set(job.withoutPeers);
  const dir = join(job.workDir, `composite-${basename(job.outFile)}`);
  await mkdir(dir, { recursive: true });
  const pictures = job.pictures ?? (await SessionPictures.open(pool, session, fps));
  // On the session's frame grid: what it shares with the streams' files is decoded once.
  const startTick = pictures.firstTick(whole.startMs);
  const range = { ...whole, startMs: pictures.tickMs(startTick) };
  const intervals = mergeIntervals(
    planIntervals(session, job.timeline, range, fps, withoutPeers),
    intervalKey(job.layout),
  );
  const frames = intervals.reduce((end, { to }) => Math.max(end, to), 0);
  const tracks = session.tracks.filter(({ kind, peer_id }) => kind === 'audio' && !withoutPeers.has(peer_id));
  const { startMs } = range;
  const durationMs = pictures.tickMs(frames);
  // How loud it all is is known when it is over.
  const isDeferred = job.loudnessLufs !== undefined && untilMs !== Infinity;
  const gain = isDeferred ? 1 : await gainFor(job, { tracks, startMs, durationMs, dir });
  const sound = isDeferred
    ? []
    : await planSoundParts({
        ...{ outputId: OUTPUT_ID, tracks, pool, startMs, durationMs, untilMs, sinceMs, gain },
        ...{ limit: true, bitrateKbps: SOUND_KBPS, dir },
      });
  return {
    dir,
    startMs: range.startMs,
    scenes:
      job.soundOnly === true
        ? []
        : await planScenes(job, { intervals, range, startTick, pictures, dir, untilMs, sinceMs }),
    sound,
  };
}

async function gainFor(
  { pool, ffmpeg, signal, loudnessLufs: targetLufs }: MakeCompositeJob,
  { tracks, startMs, durationMs, dir }: { tracks: SessionTrack[]; startMs: number; durationMs: number; dir: string },
): Promise<number> {
  if (targetLufs === undefined) return 1;
  const stretch = { from: 0, to: Math.round((durationMs * OPUS_RATE) / 1000) };
  return loudnessGain({ tracks: await openSounds(tracks, pool), startMs, stretch, targetLufs, dir, ffmpeg, signal });
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

interface PicturePlanning {
  /** In frames of the composite. */
  intervals: readonly Interval[];
  range: CompositeRange;
  startTick: number;
  pictures: SessionPictures;
  dir: string;
  untilMs: number;
  sinceMs: number;
}

async function planScenes(
  job: MakeCompositeJob,
  { intervals, range, startTick, pictures, dir, untilMs, sinceMs }: PicturePlanning,
): Promise<PlannedScene[]> {
  const cards = new CardFiles(job.cards, dir);
  const { session, timeline, width, height, fps, layout, theme = DEFAULT_THEME } = job;
  const canvas: ComposeCanvas = { width, height, fps, layout, theme, startMs: range.startMs };
  const badges = planBadges(session, timeline, range, fps);
  const scenes: PlannedScene[] = [];
  const windows = pictures.windows(untilMs).map(({ from, to }) => ({ from: from - startTick, to: to - startTick }));
  for (const segment of planSegments(intervals, windows)) {
    const [from, to] = [segment.from + startTick, segment.to + startTick];
    if (pictures.tickMs(to) <= sinceMs) continue;
    if (pictures.tickMs(to) > untilMs) break;
    const scene = await segmentScene(segment, canvas, { pictures, startTick, badges, cards });
    scenes.push({ outputId: OUTPUT_ID, from, to, scene, dir });
  }
  return scenes;
}
