import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DoneEvent } from '../src-main/contract/events.ts';
import { sessionSchema } from '../src-main/contract/session.ts';
import {
  beepTimes,
  decodeErrors,
  frameCounters,
  frameRateBreaks,
  probe,
  streamOf,
  syncPoints,
} from './support/media-checks.ts';
import { killIfAlive, processesBelow } from './support/processes.ts';
import { makeClip } from './support/publisher/clip.ts';
import { clipOptions } from './support/publisher.ts';
import { consumersReady, startRtpSender } from './support/publisher/rtp-publisher.ts';
import { seededRandom } from './support/random.ts';
import { TEST_SEED } from './support/seed.ts';
import { person } from './support/recorded.ts';
import { runCommand, sessionDirOf, startRecorder } from './support/recorder.ts';
import { startSfu } from './support/sfu.ts';

/** All that may be missing of what was sent before the app was killed. */
const LOST_S = 1;
/** Half a frame of the file, and half a frame of the sender's. */
const SYNC_TOLERANCE_MS = 40;
/** What two people's files may be apart from each other. */
const ACROSS_TOLERANCE_MS = 40;
const FPS = 30;
/** Pieces are made from then on: the first window has closed. */
const FIRST_PIECES_S = 12;

test.runIf(process.platform === 'linux')(
  `ffmpeg killed while files are made in the call, then everything: the files are as if nothing had been (seed ${TEST_SEED})`,
  async () => {
    const random = seededRandom(TEST_SEED);
    const [sfu, sender] = [await startSfu({ dialect: 'modern' }), await startRtpSender()];
    const people = [0, 1].map((i) => ({ ...person(i, 30), keyFrameIntervalS: 2 }));
    for (const one of people) await makeClip(clipOptions(one));
    const recorder = await startRecorder(sfu.url('killed'), ['--no-upload']);
    await sfu.waitForPeers('killed', 1);
    const publishers = await sender.publish(sfu, 'killed', people, () => consumersReady(sfu, 'killed', 4));
    const startedAt = publishers[0]?.startedAt ?? NaN;
    const root = recorder.process.child.pid ?? 0;
    const ffmpegs = (): Promise<number[]> => processesBelow(root, (words) => /^[^\0]*ffmpeg\0/.test(words));

    let killed = 0;
    const untilMs = startedAt + (FIRST_PIECES_S + 5 + random() * 4) * 1000;
    while (Date.now() < untilMs) {
      const running = await ffmpegs();
      if (running.length > 0 && killed < 2 && random() < 0.3) {
        running.forEach(killIfAlive);
        killed += 1;
      }
      await sleep(50);
    }
    const all = await processesBelow(root, () => true);
    const killedAt = Date.now();
    all.forEach(killIfAlive);
    await recorder.process.exited;
    for (const publisher of publishers) await publisher.stop();
    sender.close();
    await sfu.close();
    // On a machine that is busy with other things the files wait for the call's end: nothing is there to be killed then.
    const paces = recorder.events().flatMap((event) => (event.event === 'files' ? [event.deferred] : []));
    if (paces.at(-1) !== 'everything') expect(killed, 'no piece was being made').toBeGreaterThan(0);

    const dir = sessionDirOf(recorder.events());
    const { code, events, stderr } = await runCommand(['recover', dir]);
    expect(code, stderr).toBe(0);
    const done = events.at(-1) as DoneEvent;
    const session = sessionSchema.parse(JSON.parse(await readFile(join(dir, 'session.json'), 'utf8')));
    expect(session.outputs.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const sentS = (killedAt - startedAt) / 1000;
    const beeps: number[][] = [];
    for (const { file, peer_id } of done.streams) {
      expect(await decodeErrors(file)).toBe('');
      expect(await frameRateBreaks(file, FPS)).toEqual([]);
      const shown = (await frameCounters(file)).map(({ counter }) => counter).filter((counter) => counter !== null);
      // Every picture that was sent, once, up to the last second.
      expect(shown).toEqual(shown.map((_, n) => n));
      expect(shown.length, peer_id).toBeGreaterThanOrEqual((sentS - LOST_S) * FPS);
      const who = people.find(({ peerId }) => peerId === peer_id);
      const points = await syncPoints(file, who?.toneHz ?? 0);
      expect(points.length).toBeGreaterThanOrEqual(Math.floor(sentS - LOST_S));
      expect(Math.max(...points.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
      const startMs = session.outputs.find((output) => join(dir, output.file) === file)?.start_ms ?? NaN;
      beeps.push((await beepTimes(file, who?.toneHz ?? 0)).map((timeS) => startMs + timeS * 1000));
    }
    // All beep at the same moments: so they do in their files.
    const [anas = [], others = []] = beeps;
    const apart = anas.map((ms) => Math.min(...others.map((other) => Math.abs(other - ms)))).sort((a, b) => a - b);
    expect(apart[Math.floor(0.95 * (apart.length - 1))]).toBeLessThanOrEqual(ACROSS_TOLERANCE_MS);
    const composite = done.composite ?? '';
    expect(await decodeErrors(composite)).toBe('');
    expect(await frameRateBreaks(composite, FPS)).toEqual([]);
    expect(Number(streamOf(await probe(composite), 'video').duration)).toBeGreaterThanOrEqual(sentS - LOST_S);
  },
);
