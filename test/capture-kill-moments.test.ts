import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import { timelineEventSchema } from '../src-main/contract/timeline.ts';
import { decodeErrors, frameCounters, packets } from './support/media-checks.ts';
import { COLOURS, TONES } from './support/publisher.ts';
import {
  consumersReady,
  startRtpSender,
  type RtpPublisher,
  type RtpSender,
} from './support/publisher/rtp-publisher.ts';
import { sessionDirOf, startRecorder } from './support/recorder.ts';
import { renderersOf } from './support/processes.ts';
import { seededRandom } from './support/random.ts';
import { TEST_SEED } from './support/seed.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

/** All that may be missing before the moment of the blow. */
const LOST_MS = 1000;
const FPS = 30;
const PACKET_MS = 20;
const ROUNDS = 2;
const BLOWS = ['renderer', 'main', 'network'] as const;
type Blow = (typeof BLOWS)[number];

const random = seededRandom(TEST_SEED);

interface Struck {
  blow: Blow;
  atMs: number;
  publisher: RtpPublisher;
  events: RollcallEvent[];
}

let sfu: Sfu;
let sender: RtpSender;
beforeAll(async () => {
  sfu = await startSfu({ dialect: 'modern', impairable: true });
  sender = await startRtpSender();
});
afterAll(async () => {
  sender.close();
  await sfu.close();
});

/** Records a room of one until a random moment, then strikes; answers when nothing more can come to the disk. */
async function strike(blow: Blow, room: string, afterMs: number): Promise<Struck> {
  const recorder = await startRecorder(sfu.url(room), ['--no-upload', '--no-composite']);
  await sfu.waitForPeers(room, 1);
  const ana = {
    ...{ name: 'Ana', peerId: `ana-${room}`, colour: COLOURS[0], toneHz: TONES[0], codec: 'vp8' as const },
    ...{ width: 320, height: 180, fps: FPS, bitrate: 200_000, durationS: 30, keyFrameIntervalS: 2 },
  };
  const [publisher] = await sender.publish(sfu, room, [ana], () => consumersReady(sfu, room, 2));
  if (!publisher) throw new Error('nobody publishes');
  await sleep(afterMs);
  const { child } = recorder.process;
  if (blow === 'renderer') for (const pid of await renderersOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
  if (blow === 'main') child.kill('SIGKILL');
  if (blow === 'network') sfu.impair({ cut: true }, room);
  const atMs = Date.now();
  // Where the app lives on, it has a second to bring to the disk what it had: then it is ended as well.
  if (blow !== 'main') await sleep(LOST_MS);
  child.kill('SIGKILL');
  await recorder.process.exited;
  const events = recorder.events();
  await publisher.stop();
  return { blow, atMs, publisher, events };
}

/** The first file of each kind: a page that died is followed by others. */
async function firstTracks(dir: string): Promise<{ kind: 'audio' | 'video'; file: string }[]> {
  const lines = (await readFile(join(dir, 'timeline.ndjson'), 'utf8')).trim().split('\n');
  const started = lines
    .map((line) => timelineEventSchema.parse(JSON.parse(line)))
    .filter((event) => event.type === 'track-started');
  const there = await readdir(join(dir, 'tracks'));
  return (['audio', 'video'] as const).map((kind) => {
    const track = started.find((event) => event.kind === kind);
    const name = `${track?.track_id ?? 'none'}.mkv`;
    expect(there).toContain(name);
    return { kind, file: join(dir, 'tracks', name) };
  });
}

describe(`kill -9 and a cut network at random moments (seed ${TEST_SEED})`, () => {
  test.each(Array.from({ length: ROUNDS }, (_, i) => i))('round %i', async (round) => {
    const struck = await Promise.all(
      BLOWS.map((blow) => strike(blow, `${blow}-${round}`, 2000 + Math.round(random() * 4000))),
    );
    for (const { blow, atMs, publisher, events } of struck) {
      const dir = sessionDirOf(events);
      const sentMs = atMs - publisher.startedAt;
      for (const { kind, file } of await firstTracks(dir)) {
        const what = `${kind} at ${blow} after ${sentMs.toFixed(0)} ms`;
        // A frame that was being written when the kill came is all that may be complained of.
        expect((await decodeErrors(file)).split('\n').length, what).toBeLessThanOrEqual(3);
        if (kind === 'video') {
          const counters = (await frameCounters(file)).map(({ counter }) => counter);
          // Every frame that was sent, by its burnt-in number, from the first to the last second: none between is missing.
          expect(counters.slice(0, -1), what).toEqual(counters.slice(0, -1).map((_, n) => n));
          expect(counters.length, what).toBeGreaterThanOrEqual(((sentMs - LOST_MS) / 1000) * FPS);
        } else {
          const times = (await packets(file, 'audio')).map(({ pts }) => pts);
          expect(times, what).toEqual(times.map((_, n) => n * PACKET_MS));
          expect(times.length, what).toBeGreaterThanOrEqual((sentMs - LOST_MS) / PACKET_MS);
        }
      }
    }
  });
});
