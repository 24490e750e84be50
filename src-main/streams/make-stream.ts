import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PAUSED_TEXT, type CardRenderer } from '../contract/cards.ts';
import { RollcallError } from '../contract/errors.ts';
import { streamFile } from '../contract/ids.ts';
import type { Session, SessionStream, SessionTrack } from '../contract/session.ts';
import { CardFiles } from '../media/card-files.ts';
import { makeSoundParts, type SoundPart } from '../media/encode-sound.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { joinMp4 } from '../media/join.ts';
import { moveIntoPlace, together } from '../media/output-file.ts';
import type { PictureSize } from '../media/keyframe.ts';
import { renderScene } from '../media/scene.ts';
import { DEFAULT_ENCODER } from '../media/segment.ts';
import { StreamPictures } from '../media/stream-pictures.ts';
import { probe } from '../media/probe.ts';
import type { TrackPool } from '../media/track-pool.ts';
import { canvasSize, splitTicks } from './canvas.ts';

export interface MakeStreamJob {
  sessionDir: string;
  session: Session;
  streamId: string;
  /** The session's tracks; whoever made it closes it. */
  pool: TrackPool;
  ffmpeg: Ffmpeg;
  cards: CardRenderer;
  /** For work files; best on the file system of the session. What a failed run leaves there makes the next one quicker. */
  workDir: string;
  signal?: AbortSignal | undefined;
  /** Share of the work done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/** A finished stream MP4. */
export interface MadeStream {
  /** Relative to the session folder. */
  file: string;
  /** Where the file's time 0 lies on the session clock. */
  start_ms: number;
  duration_ms: number;
  /** Null for an audio-only file. */
  width: number | null;
  height: number | null;
}

export const STREAM_FPS = 30;
const SOUND_KBPS = 128;
/** Progress: the picture takes nearly all of the time. */
const SOUND_SHARE = 0.1;
const STREAM_COLOURS = { background: '0x000000', letterbox: '0x000000' };

/**
 * Makes the MP4 of one stream from its tracks: constant size and frame rate, from the stream's start to its end, its
 * card where there is no picture and silence where there is no sound. A stream without video tracks gives an audio-only
 * file, one without audio tracks a video-only file.
 */
export async function makeStream(job: MakeStreamJob): Promise<MadeStream> {
  const { streamId, sessionDir, signal } = job;
  const { stream, peer } = findStream(job);
  const work = await prepareStream(job, stream, peer.display_name, Infinity);
  const { canvas, dir } = work;
  const file = streamFile(peer.segment, streamId);
  const joined = join(dir, 'joined.mp4');
  await joinMp4({ segments: work.segments, fps: STREAM_FPS, sound: work.sound, outFile: joined, signal });
  const { durationMs } = await probe(joined);
  await moveIntoPlace(joined, join(sessionDir, file));
  await rm(dir, { recursive: true, force: true });
  job.onProgress?.(1);
  return {
    file,
    start_ms: stream.start_ms,
    duration_ms: durationMs,
    width: canvas?.width ?? null,
    height: canvas?.height ?? null,
  };
}

/** The pieces of a stream's file. */
interface StreamWork {
  dir: string;
  canvas: PictureSize | null;
  segments: { file: string; frames: number }[];
  sound: SoundPart[] | null;
}

/**
 * During the call: makes the pieces of a stream's file that nothing after `untilMs` (session time) can change. The file
 * itself, made later, finds them by what they show.
 */
export async function advanceStream(job: MakeStreamJob, untilMs: number): Promise<void> {
  const { stream, peer } = findStream(job);
  await prepareStream(job, stream, peer.display_name, untilMs);
}

async function prepareStream(
  job: MakeStreamJob,
  stream: SessionStream,
  name: string,
  untilMs: number,
): Promise<StreamWork> {
  const { session, streamId, pool } = job;
  const tracks = session.tracks.filter((track) => track.stream_id === streamId);
  const audio = tracks.filter(({ kind }) => kind === 'audio');
  const dir = join(job.workDir, `stream-${streamId}`);
  await mkdir(dir, { recursive: true });
  const canvas = await canvasOf(tracks, pool);
  if (audio.length === 0 && !canvas)
    throw new RollcallError(
      'NO_MEDIA',
      `The stream "${streamId}" has no media.`,
      'There is nothing to make a file of.',
    );
  const work: StreamWork = { dir, canvas, segments: [], sound: null };
  const progress = { picture: canvas ? 0 : 1, sound: audio.length > 0 ? 0 : 1 };
  const report = (): void => job.onProgress?.(progress.picture * (1 - SOUND_SHARE) + progress.sound * SOUND_SHARE);
  await together(job.signal, [
    async (signal) => {
      if (!canvas) return;
      work.segments = await renderPicture(
        { ...job, signal },
        { stream, name, tracks, canvas, dir, untilMs },
        (share) => {
          progress.picture = share;
          report();
        },
      );
    },
    async (signal) => {
      if (audio.length === 0) return;
      const durationMs = stream.end_ms - stream.start_ms;
      const onProgress = (doneMs: number): void => {
        progress.sound = Math.min(1, doneMs / durationMs);
        report();
      };
      work.sound = await makeSoundParts({
        ...{ name: `${streamId} (sound)`, tracks: audio, pool, startMs: stream.start_ms, durationMs, untilMs },
        ...{ limit: false, bitrateKbps: SOUND_KBPS, workDir: dir, ffmpeg: job.ffmpeg, signal, onProgress },
      });
    },
  ]);
  return work;
}

function findStream({ session, streamId }: MakeStreamJob) {
  const stream = session.streams.find(({ stream_id }) => stream_id === streamId);
  const peer = session.peers.find(({ peer_id }) => peer_id === stream?.peer_id);
  if (stream && peer) return { stream, peer };
  throw new RollcallError(
    'SESSION_INVALID',
    `The session has no stream "${streamId}".`,
    'Choose one that session.json lists.',
  );
}

/** The size of the file's picture; null where it has none. */
async function canvasOf(tracks: readonly SessionTrack[], pool: TrackPool): Promise<PictureSize | null> {
  const sizes: PictureSize[] = [];
  for (const track of tracks.filter(({ kind }) => kind === 'video')) {
    const known = track.width !== null && track.height !== null;
    // A crash before the manifest knew the size, or a call that goes on: the file knows.
    const size = known ? null : await (await pool.video(track)).size();
    sizes.push({ width: track.width ?? size?.width ?? 0, height: track.height ?? size?.height ?? 0 });
  }
  return canvasSize(sizes);
}

interface Picture {
  stream: SessionStream;
  name: string;
  tracks: readonly SessionTrack[];
  canvas: PictureSize;
  dir: string;
  untilMs: number;
}

async function renderPicture(
  { session, pool, cards, ffmpeg, signal }: MakeStreamJob,
  { stream, name, tracks, canvas, dir, untilMs }: Picture,
  onShare: (share: number) => void,
): Promise<{ file: string; frames: number }[]> {
  const ticks = Math.max(1, Math.round(((stream.end_ms - stream.start_ms) * STREAM_FPS) / 1000));
  const files = new CardFiles(cards, dir);
  const card = await files.get({ kind: 'initials', name, seed: stream.peer_id, ...canvas });
  const pauses = session.pauses ?? [];
  const pausedCard = pauses.length > 0 ? await files.get({ kind: 'message', text: PAUSED_TEXT, ...canvas }) : null;
  const grid = { startMs: stream.start_ms, fps: STREAM_FPS, ticks };
  const pictures = await StreamPictures.open(pool, tracks, grid, pauses);
  const segments: { file: string; frames: number }[] = [];
  for (const { from, to } of splitTicks(ticks, STREAM_FPS)) {
    if (stream.start_ms + (to * 1000) / STREAM_FPS > untilMs) break;
    const tiles = [{ x: 0, y: 0, ...canvas, parts: pictures.parts(from, to), card, ...(pausedCard && { pausedCard }) }];
    const file = await renderScene({
      scene: { ...canvas, ...STREAM_COLOURS, fps: STREAM_FPS, frames: to - from, tiles, overlays: [] },
      ...{ encoder: DEFAULT_ENCODER, workDir: dir, ffmpeg, signal },
      onProgress: (frames) => onShare((from + frames) / ticks),
    });
    segments.push({ file, frames: to - from });
    onShare(to / ticks);
  }
  return segments;
}
