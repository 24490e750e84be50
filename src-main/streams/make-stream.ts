import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CardRenderer } from '../contract/cards.ts';
import { RollcallError } from '../contract/errors.ts';
import { streamFile } from '../contract/ids.ts';
import type { Session, SessionStream, SessionTrack } from '../contract/session.ts';
import { CardFiles } from '../media/card-files.ts';
import { aacFrames, encodeSound } from '../media/encode-sound.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { joinMp4 } from '../media/join.ts';
import { moveIntoPlace, together } from '../media/output-file.ts';
import type { PictureSize } from '../media/keyframe.ts';
import { renderScene } from '../media/scene.ts';
import { DEFAULT_ENCODER } from '../media/segment.ts';
import { StreamPictures } from '../media/stream-pictures.ts';
import { probe } from '../media/probe.ts';
import { canvasSize, splitTicks } from './canvas.ts';

export interface MakeStreamJob {
  sessionDir: string;
  session: Session;
  streamId: string;
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
  const { session, streamId, sessionDir, signal } = job;
  const stream = session.streams.find(({ stream_id }) => stream_id === streamId);
  const peer = session.peers.find(({ peer_id }) => peer_id === stream?.peer_id);
  if (!stream || !peer)
    throw new RollcallError(
      'SESSION_INVALID',
      `The session has no stream "${streamId}".`,
      'Choose one that session.json lists.',
    );
  const tracks = session.tracks.filter((track) => track.stream_id === streamId);
  const dir = join(job.workDir, `stream-${streamId}`);
  await mkdir(dir, { recursive: true });

  const sound = soundPlan(stream, tracks, sessionDir, join(dir, 'sound.m4a'));
  const canvas = await canvasOf(tracks, sessionDir);
  if (!sound && !canvas)
    throw new RollcallError(
      'NO_MEDIA',
      `The stream "${streamId}" has no media.`,
      'There is nothing to make a file of.',
    );
  const segments: { file: string; frames: number }[] = [];
  const progress = { picture: canvas ? 0 : 1, sound: sound ? 0 : 1 };
  const report = (): void => job.onProgress?.(progress.picture * (1 - SOUND_SHARE) + progress.sound * SOUND_SHARE);
  await together(signal, [
    async (either) => {
      if (!canvas) return;
      segments.push(
        ...(await renderPicture({ ...job, signal: either }, stream, peer.display_name, tracks, canvas, dir, (share) => {
          progress.picture = share;
          report();
        })),
      );
    },
    async (either) => {
      if (!sound) return;
      await encodeSound({
        ...sound,
        ffmpeg: job.ffmpeg,
        signal: either,
        onProgress: (doneMs) => {
          progress.sound = doneMs / sound.durationMs;
          report();
        },
      });
    },
  ]);

  const file = streamFile(peer.segment, streamId);
  const joined = join(dir, 'joined.mp4');
  const soundFrames = sound ? aacFrames(sound.durationMs) : 0;
  await joinMp4({
    segments,
    fps: STREAM_FPS,
    sound: sound ? { file: sound.outFile, frames: soundFrames } : null,
    outFile: joined,
    signal,
  });
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

function soundPlan(stream: SessionStream, tracks: readonly SessionTrack[], sessionDir: string, outFile: string) {
  const audio = tracks.filter(({ kind }) => kind === 'audio');
  if (audio.length === 0) return null;
  return {
    name: `${stream.stream_id} (sound)`,
    tracks: audio.map((track) => ({ file: join(sessionDir, track.file), track })),
    startMs: stream.start_ms,
    durationMs: stream.end_ms - stream.start_ms,
    limit: false,
    bitrateKbps: SOUND_KBPS,
    outFile,
  };
}

/** The size of the file's picture; null where it has none. */
async function canvasOf(tracks: readonly SessionTrack[], sessionDir: string): Promise<PictureSize | null> {
  const sizes: PictureSize[] = [];
  for (const track of tracks.filter(({ kind }) => kind === 'video')) {
    if (track.width !== null && track.height !== null) sizes.push({ width: track.width, height: track.height });
    else {
      // A crash before the manifest knew the size: the file's header does.
      const probed = await probe(join(sessionDir, track.file)).catch(() => null);
      const found = probed?.tracks.find(({ kind }) => kind === 'video');
      sizes.push({ width: found?.width ?? 0, height: found?.height ?? 0 });
    }
  }
  return canvasSize(sizes);
}

async function renderPicture(
  job: MakeStreamJob,
  stream: SessionStream,
  name: string,
  tracks: readonly SessionTrack[],
  canvas: PictureSize,
  dir: string,
  onShare: (share: number) => void,
): Promise<{ file: string; frames: number }[]> {
  const ticks = Math.max(1, Math.round(((stream.end_ms - stream.start_ms) * STREAM_FPS) / 1000));
  const card = await new CardFiles(job.cards, dir).get({ kind: 'initials', name, seed: stream.peer_id, ...canvas });
  const pictures = await StreamPictures.open(job.sessionDir, tracks, {
    startMs: stream.start_ms,
    fps: STREAM_FPS,
    ticks,
  });
  const segments: { file: string; frames: number }[] = [];
  try {
    for (const { from, to } of splitTicks(ticks, STREAM_FPS)) {
      const file = await renderScene({
        scene: {
          ...canvas,
          ...STREAM_COLOURS,
          fps: STREAM_FPS,
          frames: to - from,
          tiles: [{ x: 0, y: 0, ...canvas, parts: pictures.parts(from, to), card }],
          overlays: [],
        },
        encoder: DEFAULT_ENCODER,
        workDir: dir,
        ffmpeg: job.ffmpeg,
        signal: job.signal,
        onProgress: (frames) => onShare((from + frames) / ticks),
      });
      segments.push({ file, frames: to - from });
      onShare(to / ticks);
    }
  } finally {
    pictures.close();
  }
  return segments;
}
