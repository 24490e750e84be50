import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beepTimes, flashTimes, frameCounters, pairEvents } from './support/media-checks.ts';
import { makeClip } from './support/publisher/clip.ts';
import { clipOptions, startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { startRtpSender, type RtpPublisher, type RtpSender } from './support/publisher/rtp-publisher.ts';
import {
  EDGE_S,
  expectSeconds,
  inStay,
  isIn,
  person,
  readRecorded,
  spans,
  type Recorded,
  type Window,
} from './support/recorded.ts';
import { startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

/** Beep against flash: a frame at 30 fps and the signal's own. */
const SYNC_TOLERANCE_MS = 40;

describe('mute, camera off, layers, two shares, signalling drop, an outage, leaving and coming back', () => {
  let sfu: Sfu;
  let recorded: Recorded;
  let ana: Publisher;
  let again: Publisher;
  let bo: RtpPublisher;
  let sender: RtpSender;
  const MUTE: Window = [4, 9];
  const CAMERA_OFF: Window = [11, 15];
  /** Muted while the camera is off. */
  const MUTE_AGAIN: Window = [12, 14];
  const SHARES: Window[] = [
    [5.2, 10.5],
    [7.5, 12.5],
  ];
  const LAYERS: Window = [5.5, 9.7];
  const DROP_S = 18;
  const CUT: Window = [22, 30];
  const LEAVE_S = 38;
  const STAY_S = 6;

  beforeAll(async () => {
    sfu = await startSfu({ dialect: 'classic', impairable: true });
    const small = { width: 320, height: 180 };
    const share = { ...person(2, 60), peerId: 'ana', share: true, audio: false };
    await Promise.all(
      [person(0, 60), person(1, 60), { ...person(1, 60), ...small }, share].map((one) => makeClip(clipOptions(one))),
    );
    sender = await startRtpSender();
    const recorder = await startRecorder(sfu.url('events'), ['--stop-when-empty', '1', '--no-upload']);
    await sfu.waitForPeers('events', 1);
    ana = await startPublisher(sfu, 'events', person(0, 60));
    const at = (seconds: number): Promise<void> => sleep(Math.max(0, ana.startedAt + seconds * 1000 - Date.now()));
    const layered = { ...person(1, 60), simulcast: [small] };
    [bo] = (await sender.publish(sfu, 'events', [layered])) as [RtpPublisher];
    await at(MUTE[0]);
    await ana.pauseAudio();
    await at(SHARES[0]?.[0] ?? 0);
    const first = await startPublisher(sfu, 'events', share);
    await at(LAYERS[0]);
    await sfu.preferLayer(bo.producerIds.video ?? '', 0);
    await at(SHARES[1]?.[0] ?? 0);
    const second = await startPublisher(sfu, 'events', share);
    await at(MUTE[1]);
    await ana.resumeAudio();
    await at(LAYERS[1]);
    await sfu.preferLayer(bo.producerIds.video ?? '', 1);
    await at(SHARES[0]?.[1] ?? 0);
    await first.stop();
    await at(CAMERA_OFF[0]);
    ana.closeVideo();
    await at(MUTE_AGAIN[0]);
    await ana.pauseAudio();
    await at(SHARES[1]?.[1] ?? 0);
    await second.stop();
    await at(MUTE_AGAIN[1]);
    await ana.resumeAudio();
    await at(CAMERA_OFF[1]);
    await ana.reopenVideo();
    await at(DROP_S);
    sfu.dropSignalling();
    await at(CUT[0]);
    sfu.impair({ cut: true });
    await at(CUT[1]);
    sfu.impair({ cut: false });
    await at(LEAVE_S);
    await ana.stop();
    await sleep(3000);
    again = await startPublisher(sfu, 'events', person(0, 60));
    await sleep(STAY_S * 1000);
    await Promise.all([again.stop(), bo.stop()]);
    recorded = await readRecorded(await recorder.done());
  }, 240_000);

  afterAll(() => {
    sender.close();
    return sfu.close();
  });

  /**
   * Ana's spans, those joined that follow one another for the same reason: after an outage the pictures lack what was lost
   * in it, up to the next key frame, which is a span of its own.
   */
  const anas = (kind: 'audio' | 'video'): { t: number; end: number; reason: string }[] => {
    const joined: { t: number; end: number; reason: string }[] = [];
    for (const { t, end, reason } of spans(recorded, kind, 'ana')) {
      const last = joined.at(-1);
      if (last?.end === t && last.reason === reason) last.end = end;
      else joined.push({ t, end, reason });
    }
    return joined;
  };

  /** What the outage was in the file: it ends when the connection has healed; a picture also needs a key frame. */
  const outage = (kind: 'audio' | 'video'): Window => {
    const healed = anas(kind).find(({ t, end, reason }) => reason === 'reconnect' && end - t > 5000);
    const sinceStay = (ms: number): number => (recorded.session.epoch_ms + ms - ana.startedAt) / 1000;
    return [CUT[0], healed ? sinceStay(healed.end) : NaN];
  };

  test('one file per person, and one per screen', () => {
    expect(recorded.code).toBe(0);
    expect(recorded.done.streams.map(({ peer_id, type }) => `${peer_id} ${type}`).sort()).toEqual([
      'ana regular',
      'ana screen',
      'ana screen',
      'bo regular',
    ]);
  });

  test('the timeline has each span with its reason', () => {
    const reasons = (kind: 'audio' | 'video'): string[] => anas(kind).map(({ reason }) => reason);
    expect(reasons('audio')).toEqual(['muted', 'muted', 'reconnect', 'reconnect']);
    expect(reasons('video')).toEqual(['camera-off', 'reconnect', 'reconnect']);
    const [muted] = anas('audio');
    expect((muted?.end ?? 0) - (muted?.t ?? 0)).toBeGreaterThan(4800);
    expect((muted?.end ?? 0) - (muted?.t ?? 0)).toBeLessThan(5300);
    const [, , dropped] = anas('audio');
    expect((dropped?.end ?? 0) - (dropped?.t ?? 0)).toBeLessThan(2500);
    // Media are back soon after the network is.
    for (const kind of ['audio', 'video'] as const) expect(outage(kind)[1]).toBeLessThan(CUT[1] + 4);
  });

  test('a screen is there while it is shared, and not missed afterwards', () => {
    expect(spans(recorded, 'video', 'ana', true)).toEqual([]);
    const sinceStay = (ms: number): number => (recorded.session.epoch_ms + ms - ana.startedAt) / 1000;
    const shared = recorded.session.streams
      .filter(({ type }) => type === 'screen')
      .map(({ start_ms, end_ms }): Window => [sinceStay(start_ms), sinceStay(end_ms)]);
    expect(shared).toHaveLength(SHARES.length);
    for (const [i, [from, to]] of SHARES.entries()) {
      // ffmpeg takes its time to start, and a picture begins with a key frame.
      expect(shared[i]?.[0]).toBeGreaterThan(from);
      expect(shared[i]?.[0]).toBeLessThan(from + 3);
      expect(Math.abs((shared[i]?.[1] ?? NaN) - to)).toBeLessThan(1);
    }
  });

  test('a change of layers is on the timeline when it happened, and costs no sync', async () => {
    const sinceBo = (ms: number): number => (recorded.session.epoch_ms + ms - ana.startedAt) / 1000;
    const switches = spans(recorded, 'video', 'bo').filter(({ reason }) => reason === 'layer-switch');
    for (const changed of LAYERS) {
      // The server waits for the other layer's next key frame, one a second.
      const near = switches.filter(({ t }) => sinceBo(t) > changed && sinceBo(t) < changed + 2.5);
      expect(near.length, `a switch after ${changed} s`).toBeGreaterThanOrEqual(1);
      expect(Math.max(...near.map(({ t, end }) => end - t))).toBeLessThan(2000);
    }
    const sizes = recorded.timeline.flatMap((event) => (event.type === 'resolution' ? [event.height] : []));
    expect(sizes).toEqual(expect.arrayContaining([180, 360]));
    const { file, offsetS } = inStay(recorded, 'bo', bo.startedAt);
    const pairs = pairEvents(await flashTimes(file), await beepTimes(file, TONES[1])).filter(
      ({ flashS }) => flashS - offsetS > 1 && flashS - offsetS < DROP_S - 3,
    );
    expect(pairs.length).toBeGreaterThan(8);
    for (const { flashS, offsetMs } of pairs) {
      // mediasoup moves a layer's timestamps on by up to 75 ms so that they rise over a switch: the recorder moves them back.
      expect(Math.abs(offsetMs), `at ${flashS - offsetS} s`).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
    }
  });

  test('beeps are at their times, and silence where nothing was sent or came', async () => {
    const { file, offsetS } = inStay(recorded, 'ana', ana.startedAt);
    const beeps = await beepTimes(file, TONES[0]);
    expectSeconds(beeps, offsetS, [1, LEAVE_S - 0.5], [MUTE, MUTE_AGAIN, [DROP_S, DROP_S + 0.5], outage('audio')]);
    const later = inStay(recorded, 'ana', again.startedAt);
    expectSeconds(beeps, later.offsetS, [1, STAY_S - 0.5], []);
  });

  test('sound and picture are in sync before and after everything', async () => {
    const { file, offsetS } = inStay(recorded, 'ana', ana.startedAt);
    // A beep or flash that an outage's end cut the beginning off has no onset to measure.
    const edges = [...CAMERA_OFF, ...MUTE, ...MUTE_AGAIN, ...outage('audio'), ...outage('video'), DROP_S, DROP_S + 1];
    const isWhole = (at: number): boolean => edges.every((edge) => Math.abs(at - offsetS - edge) > 0.3);
    const pairs = pairEvents(await flashTimes(file), await beepTimes(file, TONES[0])).filter(({ flashS }) =>
      isWhole(flashS),
    );
    expect(pairs.length).toBeGreaterThan(20);
    expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
  });

  test('a placeholder is shown exactly where there is no picture', async () => {
    const { file, offsetS } = inStay(recorded, 'ana', ana.startedAt);
    const frames = (await frameCounters(file)).map(({ timeS, counter }) => ({
      at: timeS - offsetS,
      counter,
    }));
    const back = (again.startedAt - ana.startedAt) / 1000;
    const without: Window[] = [CAMERA_OFF, outage('video'), [LEAVE_S, back]];
    const wrong = frames.filter(({ at, counter }) => {
      if (isIn(without, at, 0)) {
        const inside = without.map(([from, to]): Window => [from + 0.3, to - 0.3]);
        return isIn(inside, at, 0) && counter !== null;
      }
      if (at < 0.5 || isIn(without, at, EDGE_S) || isIn([[DROP_S, DROP_S + 0.5]], at, EDGE_S)) return false;
      return counter === null && at < back + STAY_S - 0.3;
    });
    expect(wrong).toEqual([]);
  });
});

test('the SFU is killed and started again on its port: the same files go on', async () => {
  const first = await startSfu({ dialect: 'modern' });
  await makeClip(clipOptions(person(0, 60)));
  const recorder = await startRecorder(first.url('killed'), [
    '--stop-when-empty',
    '2',
    '--no-upload',
    '--no-composite',
  ]);
  await first.waitForPeers('killed', 1);
  const before = await startPublisher(first, 'killed', person(0, 60));
  await sleep(5500);
  await before.pauseAudio();
  await sleep(1500);
  await first.kill();
  const killedAt = Date.now();
  await before.stop();
  await sleep(4000);
  const second = await startSfu({ dialect: 'modern', port: first.port });
  await second.waitForPeers('killed', 1, 30_000);
  const after = await startPublisher(second, 'killed', person(0, 60));
  await sleep(7000);
  await after.stop();
  const recorded = await readRecorded(await recorder.done());
  await second.close();

  expect(recorded.code).toBe(0);
  expect(recorded.done.streams).toHaveLength(1);
  expect(spans(recorded, 'video', 'ana').map(({ reason }) => reason)).toEqual(['reconnect']);
  // Muted until the server was gone; what was so after that, nobody knows.
  const [muted, lost] = spans(recorded, 'audio', 'ana');
  expect([muted?.reason, lost?.reason]).toEqual(['muted', 'reconnect']);
  expect(lost?.t).toBe(muted?.end);
  expect(Math.abs((muted?.end ?? NaN) + recorded.session.epoch_ms - killedAt)).toBeLessThan(1500);
  expect(recorded.timeline.map(({ type }) => type)).toEqual(expect.arrayContaining(['disconnected', 'reconnected']));
  const one = inStay(recorded, 'ana', before.startedAt);
  const two = inStay(recorded, 'ana', after.startedAt);
  const beeps = await beepTimes(one.file, TONES[0]);
  const killedS = (killedAt - before.startedAt) / 1000;
  const backS = (after.startedAt - before.startedAt) / 1000;
  expectSeconds(beeps, one.offsetS, [1, killedS - 0.3], [[killedS - 1.5, backS]]);
  expectSeconds(beeps, two.offsetS, [1, 6.5], []);
  const frames = await frameCounters(one.file);
  const gap = frames.filter(({ timeS }) => timeS > one.offsetS + killedS + 0.3 && timeS < two.offsetS - 0.3);
  expect(gap.length).toBeGreaterThan(60);
  expect(gap.filter(({ counter }) => counter !== null)).toEqual([]);
});
