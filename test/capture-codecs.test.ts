import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionTrack } from '../src-main/contract/session.ts';
import { startBrowser, type BrowserPeer } from './support/browser-publisher.ts';
import type { BrowserCounts } from './support/browser/page.ts';
import {
  beepTimes,
  decodeErrors,
  flashTimes,
  frameCounters,
  pairEvents,
  probe,
  streamOf,
} from './support/media-checks.ts';
import { COLOURS, TONES } from './support/publisher/pattern.ts';
import { readRecorded, type Recorded } from './support/recorded.ts';
import { startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

const FPS = 15;
const SECONDS = 12;
/**
 * Beep against flash as a browser sends them: it draws when a timer fires (a picture lasts 67 ms at 15 a second), and
 * reads the sound's clock in steps of its output's buffer (up to 20 ms).
 */
const SYNC_TOLERANCE_MS = 100;
/** A server sends the lower layers first and goes up within this time. */
const LAYERS_S = 4;

const VIDEO = { width: 640, height: 360, fps: FPS, audio: { mimeType: 'audio/opus' } };
type Cast = Omit<BrowserPeer, 'url' | 'colour' | 'toneHz' | 'name' | 'peerId' | 'width' | 'height' | 'fps'> & {
  /** What its session track is to be called. */
  codecs: [video: string, audio: string];
  /** Its sound is encoded again. */
  reencoded?: true;
  /** Spatial layers that come as frames of their own. */
  layers?: number;
};
const vp9 = (profile: number) => ({ mimeType: 'video/VP9', parameters: { 'profile-id': profile } });
const opus = { mimeType: 'audio/opus' };

/** Everybody in another codec; the names are those of the tests. */
const CAST: Record<string, Cast> = {
  'VP9, profile 0': { video: vp9(0), audio: opus, codecs: ['vp9', 'opus'] },
  'VP9, profile 2': { video: vp9(2), audio: opus, codecs: ['vp9', 'opus'] },
  'VP9 SVC, L2T3_KEY': { video: vp9(0), audio: null, scalabilityMode: 'L2T3_KEY', codecs: ['vp9', ''], layers: 2 },
  'VP9 SVC, L2T2': { video: vp9(0), audio: null, scalabilityMode: 'L2T2', codecs: ['vp9', ''], layers: 2 },
  AV1: { video: { mimeType: 'video/AV1' }, audio: opus, codecs: ['av1', 'opus'] },
  'AV1 SVC, L2T2_KEY': {
    video: { mimeType: 'video/AV1' },
    audio: null,
    scalabilityMode: 'L2T2_KEY',
    codecs: ['av1', ''],
    layers: 2,
  },
  'H.264 and PCMA': { video: { mimeType: 'video/H264' }, audio: { mimeType: 'audio/PCMA' }, codecs: ['h264', 'pcma'] },
  'VP8 and G.722': {
    video: { mimeType: 'video/VP8' },
    audio: { mimeType: 'audio/G722' },
    codecs: ['vp8', 'opus'],
    reencoded: true,
  },
  'VP8 and PCMU': { video: { mimeType: 'video/VP8' }, audio: { mimeType: 'audio/PCMU' }, codecs: ['vp8', 'pcmu'] },
};
const NAMES = Object.keys(CAST);
/** Calls one after the other, of two people at most: more encoders beside the recorder are more than two cores do in time. */
const CALLS = 5;

const peers = Object.values(CAST).map(({ codecs: _codecs, layers: _layers, reencoded: _reencoded, ...cast }, i) => ({
  ...VIDEO,
  ...cast,
  peerId: `peer${i}`,
  name: NAMES[i] ?? '',
  colour: COLOURS[i % COLOURS.length] ?? '',
  toneHz: TONES[i % TONES.length] ?? 0,
}));

/** A call that was recorded, and what its peers sent. */
interface Call {
  recorded: Recorded;
  counts: BrowserCounts[];
}

let sfu: Sfu;
const calls: Call[] = [];

async function record(room: string, cast: typeof peers): Promise<Call> {
  const recorder = await startRecorder(sfu.url(room), ['--stop-when-empty', '1', '--no-upload']);
  await sfu.waitForPeers(room, 1);
  const browser = await startBrowser(sfu, room, cast);
  await sleep(SECONDS * 1000);
  const counts = await browser.finish();
  await browser.leave();
  return { recorded: await readRecorded(await recorder.done()), counts };
}

beforeAll(async () => {
  sfu = await startSfu({
    dialect: 'classic',
    codecs: [
      { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
      { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
      { kind: 'audio', mimeType: 'audio/PCMU', clockRate: 8000 },
      { kind: 'audio', mimeType: 'audio/PCMA', clockRate: 8000 },
      { kind: 'audio', mimeType: 'audio/G722', clockRate: 8000 },
    ],
  });
  for (let n = 0; n < CALLS; n++) {
    const cast = peers.filter((_, i) => i % CALLS === n);
    calls.push(await record(`codecs-${n}`, cast));
  }
}, 400_000);

afterAll(() => sfu.close());

const callOf = (i: number): Call => {
  const call = calls[i % CALLS];
  if (!call) throw new Error(`no call of ${NAMES[i]}`);
  return call;
};
const trackOf = (i: number, kind: 'audio' | 'video'): SessionTrack => {
  const track = callOf(i).recorded.session.tracks.find((one) => one.peer_id === `peer${i}` && one.kind === kind);
  if (!track) throw new Error(`no ${kind} of ${NAMES[i]}`);
  return track;
};

test('nobody is left out', () => {
  expect(calls.map(({ recorded }) => recorded.code)).toEqual(calls.map(() => 0));
  // Said of the one whose sound is not what was sent.
  const warnings = calls.flatMap(({ recorded }) => recorded.timeline.filter(({ type }) => type === 'warning'));
  const reencoded = NAMES.findIndex((name) => CAST[name]?.reencoded);
  expect(warnings).toMatchObject([{ code: 'CODEC_REENCODED', track_id: trackOf(reencoded, 'audio').track_id }]);
  expect(calls.flatMap(({ recorded }) => recorded.done.streams)).toHaveLength(NAMES.length);
});

describe.each(NAMES.map((name, i) => [name, i] as const))('%s', (name, i) => {
  const cast = CAST[name];
  const [video, audio] = cast?.codecs ?? [];
  const layers = cast?.layers ?? 1;

  test('every picture that came is in the track, once, at its full size, and stock ffmpeg decodes it', async () => {
    const track = trackOf(i, 'video');
    expect(track).toMatchObject({ codec: video, width: 640, height: 360 });
    // A server may begin to send in the middle of a layered picture, which nobody can decode.
    expect(track.lost_frames).toBeLessThanOrEqual(layers - 1);
    const file = join(callOf(i).recorded.done.session_dir ?? '', track.file);
    expect(await decodeErrors(file)).toBe('');
    const pictures = await frameCounters(file);
    expect(pictures).toHaveLength(track.frames);
    // The lowest layers begin too coarse for their numbers to be read.
    const start = (pictures[0]?.timeS ?? 0) + (layers > 1 ? LAYERS_S : 0);
    const numbers = pictures.filter(({ timeS }) => timeS >= start).map(({ counter }) => counter ?? NaN);
    numbers.forEach((number, n) => n > 0 && expect(number).toBeGreaterThan(numbers[n - 1] ?? Infinity));
    // An encoder that is short of time leaves pictures out: no more than those are missing.
    const { drawn = 0, frames = 0 } = callOf(i).counts[Math.floor(i / CALLS)] ?? {};
    const leftOut = drawn - Math.floor(frames / layers);
    expect(numbers.length).toBeGreaterThanOrEqual(drawn - (numbers[0] ?? Infinity) - leftOut);
  });

  test(audio ? 'every packet that the server sent is in its track' : 'it has no sound', async () => {
    if (!audio)
      return expect(callOf(i).recorded.session.tracks.filter((one) => one.peer_id === `peer${i}`)).toHaveLength(1);
    const track = trackOf(i, 'audio');
    expect(track).toMatchObject({ codec: audio, lost_frames: 0 });
    if (cast?.reencoded) return;
    const { consumers } = await sfu.stats();
    expect(track.frames).toBe(
      consumers.find((one) => one.producerPeerId === `peer${i}` && one.kind === 'audio')?.packets,
    );
  });

  test(audio ? 'its MP4 plays, in sync' : 'its MP4 plays', async () => {
    const file = callOf(i).recorded.done.streams.find(({ peer_id }) => peer_id === `peer${i}`)?.file ?? '';
    expect(await decodeErrors(file)).toBe('');
    expect(streamOf(await probe(file), 'video')).toMatchObject({ codec_name: 'h264', width: 640, height: 360 });
    const flashes = await flashTimes(file);
    expect(flashes.length).toBeGreaterThanOrEqual(SECONDS - LAYERS_S);
    if (!audio) return;
    const pairs = pairEvents(flashes, await beepTimes(file, TONES[i % TONES.length] ?? 0));
    expect(pairs.length).toBeGreaterThanOrEqual(SECONDS - LAYERS_S);
    // One flash may come late: the sender draws when a timer fires, which a busy machine puts off. A track in the wrong
    // place has all of them off.
    const [, ...others] = pairs.map(({ offsetMs }) => Math.abs(offsetMs)).sort((a, b) => b - a);
    expect(Math.max(...others)).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
  });
});
