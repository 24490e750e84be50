import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimelineEvent } from '../../src-main/contract/timeline.ts';
import { clipOptions, COLOURS, TONES } from '../../test/support/publisher.ts';
import { makeClip } from '../../test/support/publisher/clip.ts';
import {
  consumersReady,
  startRtpSender,
  type RtpSender,
  type SentCounts,
} from '../../test/support/publisher/rtp-publisher.ts';
import { startSfu, type Sfu } from '../../test/support/sfu.ts';
import { electronCommand } from '../launch-electron.ts';

export const ROOM = 'bench';

/** Rollcall, with the making of files left for after the call or not; MediaRecorder; viewing. */
export type Variant = 'rollcall' | 'files' | 'record' | 'view';

/** What each peer sends besides Opus: VP8 as WebRTC senders make it, key frames only where they are asked for. */
export interface Picture {
  width: number;
  height: number;
  fps: number;
  bitrate: number;
}

export const HD: Picture = { width: 1280, height: 720, fps: 30, bitrate: 1_500_000 };
export const SMALL: Picture = { width: 640, height: 360, fps: 15, bitrate: 400_000 };
export const pictureName = ({ height, fps }: Picture): string => `${height}p${fps}`;

export interface CallSetting {
  variant: Variant;
  peers: number;
  picture: Picture;
  /** Folder for the library. */
  library: string;
  /** Folder of the viewer's app. */
  viewer: string;
}

/** A call of many, and one program that takes part in it and is measured. */
export interface BenchCall {
  sfu: Sfu;
  sender: RtpSender;
  /** The measured program's first process. */
  pid: number;
  /** From the announcement of the first peer to the last consumer's being there, milliseconds. */
  setUpMs: number;
  /** Ends sending, then the program; answers with what was sent and what the program has printed. */
  end(): Promise<{ sent: SentCounts[]; stdout: string; worstLateMs: number }>;
}

const CLIP_S = 30;
const CLOSING_TIMEOUT_MS = 60_000;

/** Starts SFU, program and publishers, in this order: nothing is sent before the program can receive it. */
export async function startCall({ variant, peers, picture, library, viewer }: CallSetting): Promise<BenchCall> {
  const sfu = await startSfu({ dialect: 'classic' });
  const sender = await startRtpSender();
  const child = await startProgram(variant, sfu.url(ROOM), library, viewer);
  let stdout = '';
  child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  await sfu.waitForPeers(ROOM, 1);
  const people = Array.from({ length: peers }, (_, i) => ({
    // One clip for all: it is made once.
    name: 'Bench',
    peerId: `peer-${i + 1}`,
    colour: COLOURS[0],
    toneHz: TONES[0],
    codec: 'vp8' as const,
    ...picture,
    durationS: CLIP_S,
    keyFrameIntervalS: CLIP_S,
    answersKeyFrameRequests: true,
  }));
  // The first time it is made, which takes as long as it plays.
  for (const person of people.slice(0, 1)) await makeClip(clipOptions(person));
  const beganAt = performance.now();
  let setUpMs = 0;
  const publishers = await sender.publish(sfu, ROOM, people, async () => {
    await consumersReady(sfu, ROOM, 2 * peers);
    setUpMs = performance.now() - beganAt;
  });
  return {
    sfu,
    sender,
    pid: child.pid ?? 0,
    setUpMs,
    end: async () => {
      for (const { peerId } of publishers)
        for (const kind of ['audio', 'video'] as const) {
          publishers.find((publisher) => publisher.peerId === peerId)?.send(kind, false);
        }
      // What is on its way arrives before its producer goes.
      await sleep(1500);
      const { streams: sent, worstLateMs } = await sender.counts();
      await Promise.all(publishers.map((publisher) => publisher.stop()));
      if (variant === 'record' || variant === 'view') child.kill('SIGTERM');
      else await captureClosed(() => stdout);
      // The making of what is left of the files is another bench's matter.
      if (variant === 'rollcall' || variant === 'files') child.kill('SIGKILL');
      await exited;
      sender.close();
      await sfu.close();
      return { sent, stdout, worstLateMs };
    },
  };
}

const eventsOf = (stdout: string): { event: string; session_dir?: string; message?: string }[] =>
  stdout
    .slice(0, stdout.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { event: string });

const timelineOf = (stdout: string): TimelineEvent[] => {
  const dir = eventsOf(stdout).find(({ event }) => event === 'recording')?.session_dir;
  if (dir === undefined) throw new Error(`nothing was recorded:\n${stdout}`);
  const lines = readFileSync(join(dir, 'timeline.ndjson'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as TimelineEvent);
};

/** Waits until every track is closed and on disk. */
async function captureClosed(stdout: () => string): Promise<void> {
  const until = Date.now() + CLOSING_TIMEOUT_MS;
  while (!timelineOf(stdout()).some(({ type }) => type === 'session-stopped')) {
    if (Date.now() > until) throw new Error('the recording did not end after everybody had left');
    await sleep(200);
  }
}

async function startProgram(variant: Variant, url: string, library: string, viewer: string): Promise<ChildProcess> {
  const words = ['record', url, '--library', library, '--stop-when-empty', '1', '--no-upload', '--json'];
  // Of the pieces that are made during the call the composite's are the dearest: they are part of `files`.
  if (variant === 'rollcall') words.push('--no-composite');
  const ours = variant === 'rollcall' || variant === 'files';
  const { executablePath, args, env } = ours
    ? await electronCommand([`--user-data-dir=${join(library, '.profile')}`, ...words])
    : await electronCommand([`--url=${url}`, `--mode=${variant}`], { app: viewer });
  return spawn(executablePath, args, {
    env: variant === 'rollcall' ? { ...env, ROLLCALL_FILES_AFTER_CALL: '1' } : env,
    // Without a sound card Chromium complains at length about each stream that it plays.
    stdio: ['ignore', 'pipe', process.env.ROLLCALL_CHROMIUM_LOG ? 'inherit' : 'ignore'],
  });
}

export interface Captured {
  /** Frames and packets that were sent and are in no track, over all. */
  lostVideoFrames: number;
  lostAudioPackets: number;
  /** What the tracks themselves count as lost: packets and frames that never came, or too late. */
  countedAsLost: number;
  bytes: number;
  warnings: string[];
}

/** Holds a session against what was sent. */
export function heldAgainst(sent: readonly SentCounts[], stdout: string): Captured {
  const events = eventsOf(stdout);
  const dir = events.find(({ event }) => event === 'recording')?.session_dir ?? '';
  const timeline = timelineOf(stdout);
  const closed = new Map(timeline.flatMap((event) => (event.type === 'track-closed' ? [[event.track_id, event]] : [])));
  const tracks = timeline.flatMap((event) => {
    const end = event.type === 'track-started' ? closed.get(event.track_id) : undefined;
    return event.type === 'track-started' && end
      ? [{ peer_id: event.peer_id, kind: event.kind, frames: end.frames, track_id: event.track_id }]
      : [];
  });
  const lost = (kind: 'audio' | 'video'): number =>
    sent
      .filter((stream) => stream.kind === kind)
      .reduce((sum, { peerId, frames }) => {
        const own = tracks.filter((track) => track.peer_id === peerId && track.kind === kind);
        return sum + frames - own.reduce((total, track) => total + track.frames, 0);
      }, 0);
  return {
    lostVideoFrames: lost('video'),
    lostAudioPackets: lost('audio'),
    countedAsLost: [...closed.values()].reduce((sum, { lost_frames }) => sum + lost_frames, 0),
    bytes: tracks.reduce((sum, { track_id }) => sum + statSync(join(dir, 'tracks', `${track_id}.mkv`)).size, 0),
    warnings: events.filter(({ event }) => event === 'warning').map(({ message = '' }) => message),
  };
}

/** Key-frame requests that reached publishers so far. */
export const keyFrameRequests = (streams: readonly SentCounts[]): number =>
  streams.reduce((sum, stream) => sum + stream.keyFrameRequests, 0);
