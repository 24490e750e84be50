import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DoneEvent } from '../src-main/contract/events.ts';
import { sessionSchema } from '../src-main/contract/session.ts';
import { timelineEventSchema, type TimelineEvent } from '../src-main/contract/timeline.ts';
import { beepTimes, decodeErrors, flashTimes, packets, pairEvents } from './support/media-checks.ts';
import { makeClip } from './support/publisher/clip.ts';
import { clipOptions, COLOURS, startPublisher, TONES } from './support/publisher.ts';
import { renderersOf } from './support/processes.ts';
import { runCommand, sessionDirOf, startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

const ANA = {
  name: 'Ana',
  peerId: 'ana',
  colour: COLOURS[0],
  toneHz: TONES[0],
  codec: 'vp8' as const,
  width: 640,
  height: 360,
  fps: 30,
  durationS: 60,
};
/** What may be missing at the end of a recording that was killed. */
const LOST_MS = 1000;
const SYNC_TOLERANCE_MS = 40;

let sfu: Sfu;
beforeAll(async () => {
  sfu = await startSfu({ dialect: 'modern' });
  await makeClip(clipOptions(ANA));
});
afterAll(() => sfu.close());

const readEvents = async (dir: string): Promise<TimelineEvent[]> =>
  (await readFile(join(dir, 'timeline.ndjson'), 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => timelineEventSchema.parse(JSON.parse(line)));

/** Time of the last packet of a track's file by stock ffprobe, on the file's own time line: Matroska's in milliseconds. */
async function lastPacketMs(file: string, kind: 'audio' | 'video'): Promise<number> {
  return Math.max(...(await packets(file, kind)).map(({ pts }) => pts));
}

test('kill -9 of the capture page: the recording goes on in the same file, the gap is marked', async () => {
  const recorder = await startRecorder(sfu.url('renderer'), [
    '--stop-when-empty',
    '1',
    '--no-upload',
    '--no-composite',
  ]);
  await sfu.waitForPeers('renderer', 1);
  const publisher = await startPublisher(sfu, 'renderer', ANA);
  await sleep(5500);
  const victims = await renderersOf(recorder.process.child.pid ?? 0);
  expect(victims.length).toBeGreaterThan(0);
  const killedAt = Date.now();
  for (const pid of victims) process.kill(pid, 'SIGKILL');
  await sleep(8000);
  const { stoppedAt } = await publisher.stop();
  const { code, done } = await recorder.done();
  expect(code).toBe(0);
  expect(done.streams).toHaveLength(1);
  const dir = done.session_dir ?? '';
  const session = sessionSchema.parse(JSON.parse(await readFile(join(dir, 'session.json'), 'utf8')));
  const events = await readEvents(dir);
  const gaps = events.filter((event) => event.type === 'span');
  expect(gaps.map(({ reason }) => reason)).toEqual(['reconnect', 'reconnect']);

  const first = session.tracks.filter(({ start_ms }) => start_ms < 2000);
  expect(first).toHaveLength(2);
  for (const track of first) {
    const endedAt = session.epoch_ms + track.clock.offset_ms + (await lastPacketMs(join(dir, track.file), track.kind));
    expect(endedAt).toBeGreaterThan(killedAt - LOST_MS);
  }
  const file = done.streams[0]?.file ?? '';
  const beeps = await beepTimes(file, ANA.toneHz);
  const startS = (session.streams[0]?.start_ms ?? 0) / 1000;
  const at = (unixMs: number): number => (unixMs - session.epoch_ms) / 1000 - startS;
  const [killedS, endS] = [at(killedAt), at(stoppedAt)];
  const backS = Math.max(...gaps.map(({ end }) => end / 1000 - startS));
  expect(backS - killedS).toBeLessThan(4);
  for (let second = 1; at(publisher.startedAt) + second < endS - 0.3; second += 1) {
    const time = at(publisher.startedAt) + second;
    if (time > killedS - 1 && time < backS + 0.3) continue;
    expect(Math.min(...beeps.map((beep) => Math.abs(beep - time)))).toBeLessThanOrEqual(0.08);
  }
  const pairs = pairEvents(await flashTimes(file), beeps);
  expect(pairs.length).toBeGreaterThan(7);
  expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
});

test('kill -9 of the app: what was captured is on disk, readable, and becomes files', async () => {
  const recorder = await startRecorder(sfu.url('main'), ['--stop-when-empty', '1', '--no-upload']);
  await sfu.waitForPeers('main', 1);
  const publisher = await startPublisher(sfu, 'main', ANA);
  await sleep(8300);
  const killedAt = Date.now();
  recorder.process.child.kill('SIGKILL');
  await recorder.process.exited;
  await publisher.stop();
  const dir = sessionDirOf(recorder.events());
  const epochMs = sessionSchema.parse(JSON.parse(await readFile(join(dir, 'session.json'), 'utf8'))).epoch_ms;
  const events = await readEvents(dir);
  const started = events.filter((event) => event.type === 'track-started');
  expect(started).toHaveLength(2);
  for (const { track_id, t, kind } of started) {
    const file = join(dir, 'tracks', `${track_id}.mkv`);
    expect(epochMs + t + (await lastPacketMs(file, kind))).toBeGreaterThan(killedAt - LOST_MS);
    // A frame that was being written when the kill came is all that may be complained of.
    expect((await decodeErrors(file)).split('\n').length).toBeLessThanOrEqual(3);
  }
  const { code, events: recovered } = await runCommand(['recover', dir]);
  expect(code).toBe(0);
  const done = recovered.at(-1) as DoneEvent;
  const file = done.streams[0]?.file ?? '';
  const presenceS = (killedAt - publisher.startedAt) / 1000;
  expect(done.streams[0]?.duration ?? 0).toBeGreaterThan(presenceS - LOST_MS / 1000 - 0.3);
  expect(await decodeErrors(file)).toBe('');
  const pairs = pairEvents(await flashTimes(file), await beepTimes(file, ANA.toneHz));
  expect(pairs.length).toBeGreaterThanOrEqual(7);
  expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
  expect(done.composite).not.toBeNull();
});
