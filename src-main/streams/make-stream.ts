import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PAUSED_TEXT, type CardRenderer } from '../contract/cards.ts';
import { RollcallError } from '../contract/errors.ts';
import { streamFile } from '../contract/ids.ts';
import type { Session, SessionTrack } from '../contract/session.ts';
import { CardFiles } from '../media/card-files.ts';
import { planSoundParts, type PlannedSoundPart } from '../media/encode-sound.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { joinMp4 } from '../media/join.ts';
import { moveIntoPlace } from '../media/output-file.ts';
import type { PictureSize } from '../media/keyframe.ts';
import { renderPieces } from '../media/render-pieces.ts';
import type { PlannedScene } from '../media/scene.ts';
import { DEFAULT_ENCODER, type EncoderSettings } from '../media/segment.ts';
import { SessionPictures } from '../media/stream-pictures.ts';
import { clipWindows } from '../media/windows.ts';
import type { TrackPool } from '../media/track-pool.ts';
import { canvasSize } from './canvas.ts';

export interface MakeStreamJob {
  sessionDir: string;
  session: Session;
  streamId: string;
  /** The session's tracks; whoever made it closes it. */
  pool: TrackPool;
  /** The session's pictures, where somebody has them already. */
  pictures?: SessionPictures | undefined;
  encoder?: EncoderSettings | undefined;
  ffmpeg: Ffmpeg;
  cards: CardRenderer;
  /** For work files; best on the file system of the session. What a failed run leaves there makes the next one quicker. */
  workDir: string;
  /** From session time 0 to the end of the session's last stream, instead of the stream's own. */
  padded?: boolean;
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
  size_bytes: number;
  /** Null for an audio-only file. */
  width: number | null;
  height: number | null;
}

export const STREAM_FPS = 30;
const SOUND_KBPS = 128;
const STREAM_COLOURS = { background: '0x000000', letterbox: '0x000000' };

/**
 * Makes the MP4 of one stream from its tracks: constant size and frame rate, from the stream's start to its end, its
 * card where there is no picture and silence where there is no sound. A stream without video tracks gives an audio-only
 * file, one without audio tracks a video-only file.
 */
export async function makeStream(job: MakeStreamJob): Promise<MadeStream> {
  const { streamId, sessionDir, signal, ffmpeg, encoder = DEFAULT_ENCODER } = job;
  const { peer } = findStream(job);
  const plan = await planStream(job, Infinity);
  const segments = await renderPieces(plan, { encoder, ffmpeg, signal, onProgress: job.onProgress });
  const file = streamFile(peer.segment, streamId);
  const joined = join(plan.dir, 'joined.mp4');
  const { durationMs } = await joinMp4({ segments, fps: STREAM_FPS, sound: plan.sound, outFile: joined, signal });
  const { size } = await stat(joined);
  await moveIntoPlace(joined, join(sessionDir, file));
  await rm(plan.dir, { recursive: true, force: true });
  job.onProgress?.(1);
  return {
    file,
    start_ms: plan.startMs,
    duration_ms: durationMs,
    size_bytes: size,
    width: plan.canvas?.width ?? null,
    height: plan.canvas?.height ?? null,
  };
}

/** The pieces of a stream's file. */
export interface StreamPlan {
  dir: string;
  startMs: number;
  canvas: PictureSize | null;
  scenes: PlannedScene[];
  /** Null for a file without sound. */
  sound: PlannedSoundPart[] | null;
}

/**
 * Plans the pieces of a stream's file that end after `sinceMs` and that nothing after `untilMs` (session time) can change;
 * all of them where that is Infinity. The picture begins on the session's frame grid: what it shares with the composite is decoded once.
 */
export async function planStream(job: MakeStreamJob, untilMs: number, sinceMs = -Infinity): Promise<StreamPlan> {
  const { stream, peer } = findStream(job);
  const { session, streamId, pool, cards } = job;
  const span = job.padded
    ? { start_ms: 0, end_ms: Math.max(...session.streams.map(({ end_ms }) => end_ms)) }
    : { start_ms: stream.start_ms, end_ms: stream.end_ms };
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
  const pictures = job.pictures ?? (await SessionPictures.open(pool, session, STREAM_FPS));
  const firstTick = pictures.firstTick(span.start_ms);
  const startMs = canvas ? pictures.tickMs(firstTick) : span.start_ms;
  const scenes: PlannedScene[] = [];
  if (canvas) {
    const files = new CardFiles(cards, dir);
    const paused = { kind: 'message', text: PAUSED_TEXT, ...canvas } as const;
    const pausedCard = (session.pauses ?? []).length > 0 ? { pausedCard: await files.get(paused) } : {};
    const card = await files.get({
      ...{ kind: 'initials', name: peer.display_name, seed: stream.peer_id },
      ...canvas,
    });
    const ticks = Math.max(1, Math.round(((span.end_ms - startMs) * STREAM_FPS) / 1000));
    for (const { from, to } of clipWindows(pictures.windows(untilMs), firstTick, firstTick + ticks)) {
      if (pictures.tickMs(to) <= sinceMs) continue;
      if (pictures.tickMs(to) > untilMs) break;
      const tiles = [{ x: 0, y: 0, ...canvas, parts: pictures.parts(streamId, from, to), card, ...pausedCard }];
      const scene = { ...canvas, ...STREAM_COLOURS, fps: STREAM_FPS, frames: to - from, tiles, overlays: [] };
      scenes.push({ outputId: streamId, from, to, scene, dir });
    }
  }
  const sound =
    audio.length === 0
      ? null
      : await planSoundParts({
          ...{ outputId: streamId, tracks: audio, pool, startMs, durationMs: span.end_ms - startMs },
          ...{ untilMs, sinceMs },
          ...{ limit: false, bitrateKbps: SOUND_KBPS, dir },
        });
  return { dir, startMs, canvas, scenes, sound };
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
