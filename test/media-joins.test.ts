import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layOut } from '../src-main/composite/layout.ts';
import { mediaUrl } from '../src-main/contract/app-urls.ts';
import type { Session } from '../src-main/contract/session.ts';
import { makeFiles } from '../src-main/finish.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, ffmpeg, sh, tempDir, type PeerSpec } from './media-fixtures.ts';
import { PlayedCall } from './played-call.ts';
import {
  decodeErrors,
  decodeSound,
  frameRateBreaks,
  packets,
  sampleFrames,
  within,
  WHOLE,
} from './support/media-checks.ts';
import type { Rect } from './support/publisher/pattern.ts';
import { startApp } from './ui-fixtures.ts';

/** Luma of the counter's steps: 30 and 12 more with each frame, sixteen of them (see `VideoSpec.ramp`). */
const [LOWEST, STEP, STEPS] = [30, 12, 16];
const person = (id: string, tone: number, at: number, seconds: number, fps = 30): PeerSpec => ({
  id,
  name: id,
  streams: [
    {
      type: 'regular',
      tracks: [
        { kind: 'video', colour: '#000000', ramp: true, at, fps, keyEvery: 97, sizes: [[seconds, 320, 180]] },
        { kind: 'audio', tone, at, seconds, continuous: true },
      ],
    },
  ],
});
// Odd starts and lengths, key frames every 3.2 s: pieces of many lengths, and two changes of layout.
const PEOPLE = [person('ann', 700, 0, 41), person('bob', 1530, 7_733, 26), person('eve', 2470, 15_217, 11)];
const TONES: Record<string, number> = { ann: 700, bob: 1530, eve: 2470 };

let library = '';
let dir = '';
let session: Readonly<Session>;
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  ({ dir: library, remove } = await tempDir());
  dir = join(library, '61101349d0f56e684b608c08', '20210721', '5fccb7dc72909272bf999014');
  const call = await PlayedCall.begin(PEOPLE, join(library, 'full'), dir);
  await call.playTo(60_000);
  const handle = await SessionManifest.open(dir);
  const tools = { ffmpeg: () => Promise.resolve(ffmpeg), cards: new FakeCards(), emit: () => undefined };
  expect(await makeFiles(handle, { ...tools, signal: new AbortController().signal })).toBeNull();
  session = handle.session;
}, 300_000);
afterAll(() => remove());

const outputOf = (peerId: string | null) => session.outputs.find(({ peer_id }) => peer_id === peerId)!;

/** The counter in a region of each frame. */
async function counters(file: string, region = WHOLE, fromS = 0, toS = Infinity): Promise<number[]> {
  // Small: swscale's mean of many pixels is not exact.
  const middle = within(region, { x: 0.48, y: 0.48, width: 0.04, height: 0.04 });
  const frames = await sampleFrames(join(dir, file), { region: middle, width: 1, height: 1, fromS, toS });
  return frames.map(({ pixels: [grey = 0] }) => stepOf(grey));
}

/** When somebody comes or goes, seconds, and how many are there then. */
const CHANGES = [0, 7.733, 15.217, 26.217, 33.733, 41];
const PRESENT = [1, 2, 3, 2, 1];

/** Ann's place in the composite. */
function annsTile(count: number): Rect {
  const tiles = Array.from({ length: count }, () => ({ source: 'main' as const, isSpeaker: false }));
  const rect = layOut('grid', tiles, 1280, 720)[0]!;
  return { x: rect.x / 1280, y: rect.y / 720, width: rect.width / 1280, height: rect.height / 720 };
}

/** Frames at which the counter does not go on by one. */
const breaks = (found: number[]): [number, number, number][] =>
  found.flatMap((value, i): [number, number, number][] => {
    const before = found[i - 1];
    return before === undefined || (before + 1) % STEPS === value % STEPS ? [] : [[i, before, value]];
  });

describe('joins', () => {
  it.each(['ann', 'bob', 'eve'])('counts every frame of the file of %s', async (id) => {
    const found = await counters(outputOf(id).file);
    // The first frame may be the card: the file begins on the session's grid, at most a frame before the picture.
    expect(breaks(found.slice(2))).toEqual([]);
  });

  it('counts every frame of the composite, over its changes of layout', async () => {
    const all: number[] = [];
    for (const [i, count] of PRESENT.entries()) {
      const from = Math.round((CHANGES[i] ?? 0) * 30) / 30;
      const to = Math.round((CHANGES[i + 1] ?? 0) * 30) / 30;
      all.push(...(await counters(outputOf(null).file, annsTile(count), from - 0.001, to - 0.02)));
    }
    expect(all.length).toBeGreaterThan(41 * 30 - 5);
    expect(breaks(all.slice(0, 41 * 30 - 3))).toEqual([]);
  });

  it('keeps time: constant frame duration, rising timestamps, decoding without a message', async () => {
    for (const { file } of session.outputs) {
      const path = join(dir, file);
      expect(await frameRateBreaks(path, 30)).toEqual([]);
      for (const kind of ['video', 'audio'] as const) {
        const all = await packets(path, kind);
        expect(new Set(all.slice(0, -1).map(({ duration }) => duration)).size).toBe(1);
        expect(all.every(({ dts }, i) => i === 0 || dts > (all[i - 1]?.dts ?? 0))).toBe(true);
      }
      expect(await decodeErrors(path)).toBe('');
    }
  });

  it.each(['ann', 'bob', 'eve'])('sounds as it was captured, joins and all (%s)', async (id) => {
    const { file, start_ms, stream_id } = outputOf(id);
    const track = session.tracks.find((one) => one.stream_id === stream_id && one.kind === 'audio')!;
    const [made, captured] = [await decodeSound(join(dir, file)), await decodeSound(join(dir, track.file))];
    // To the sample: what the decoder of the captured sound begins with is no sound.
    const offset = Math.round((start_ms - track.start_ms) * 48) + OPUS_DELAY;
    const added = rmsOf(made.length / 480, 480, (i) => (made[i] ?? 0) - (captured[i + offset] ?? 0));
    // The decoder of the captured sound has found its way after 80 ms; it ends a little before the file does.
    const from = Math.ceil((track.start_ms - start_ms) / 10) + 8;
    const to = Math.floor((track.end_ms - start_ms) / 10) - 10;
    const worst = Math.max(...added.slice(from, to));
    console.log(`${id}: up to ${decibels(worst)} dB beside what was captured`);
    expect(worst).toBeLessThan(10 ** (-60 / 20));
  });

  it('has no click in the mix of continuous tones', async () => {
    const { file, duration_ms } = outputOf(null);
    const noise = residual(await decodeSound(join(dir, file)), Object.values(TONES), 480);
    // Parts of sound end at multiples of 18 s of the session, and at the next AAC frame.
    const joins = [18, 36].filter((at) => at < duration_ms / 1000 - 1);
    // Where somebody comes or goes, the mix has an edge of its own.
    const quiet = (s: number): boolean => CHANGES.every((edge) => Math.abs(edge - s) > 0.5);
    const elsewhere = noise.filter((_, i) => quiet(i / 100) && joins.every((at) => Math.abs(at - i / 100) > 0.2));
    const usual = Math.max(...elsewhere);
    for (const at of joins) {
      const there = Math.max(...noise.slice(Math.floor((at - 0.1) * 100), Math.ceil((at + 0.1) * 100)));
      console.log(`at ${at.toFixed(2)} s ${decibels(there)} dB, elsewhere up to ${decibels(usual)} dB`);
      // What is left is the senders' codec's own noise; a click would stand out of it. Half a decibel: noise differs.
      expect(there).toBeLessThanOrEqual(Math.max(usual * 1.06, 10 ** (-60 / 20)));
    }
  });

  it('plays to the end and seeks to the frame in Chromium', async () => {
    const running = await startApp(async (folder) => {
      await cp(join(library, '61101349d0f56e684b608c08'), join(folder, '61101349d0f56e684b608c08'), {
        recursive: true,
      });
    });
    try {
      for (const { file, duration_ms } of [outputOf('ann'), outputOf(null)]) {
        const url = mediaUrl(session.session_id, file);
        const played = await running.page.evaluate(playThrough, url);
        expect(played).toMatchObject({ error: null, ended: true, corrupted: 0 });
        expect(Math.abs(played.durationS - duration_ms / 1000)).toBeLessThan(0.05);
        expect(played.lastS).toBeGreaterThan(duration_ms / 1000 - 0.4);
        for (const frame of [1, 200, 233, 460, 787, 1000, 1225, 31]) {
          const mediaTime = await running.page.evaluate(seekTo, (frame + 0.25) / 30);
          expect(Math.round(mediaTime * 30), `frame ${frame} of ${file}`).toBe(frame);
          const png = await running.page.locator('#probe').screenshot();
          const count = PRESENT[CHANGES.findLastIndex((at) => at * 30 <= frame)] ?? 1;
          const found = await counterIn(png, file === outputOf(null).file ? annsTile(count) : WHOLE);
          expect(found, `frame ${frame} of ${file}`).toBe(frame % STEPS);
        }
      }
    } finally {
      await running.close();
    }
  });
});

/** The counter's step by a grey of the full range. */
const stepOf = (grey: number): number => Math.round(((grey * 219) / 255 + 16 - LOWEST) / STEP);

/** Samples that a decoder of the fixtures' Opus gives before the first one of theirs. */
const OPUS_DELAY = 312;

const decibels = (value: number): string => (20 * Math.log10(value)).toFixed(1);

/** What is left of a sound without some tones: the mean of each `step` samples, tones at full scale being 1. */
function residual(samples: Float32Array, tones: number[], step: number): number[] {
  let left = Float64Array.from(samples);
  for (const tone of tones) {
    // A narrow notch: zeros on the tone, poles just inside, so that all else passes as it is.
    const [cos, r] = [Math.cos((2 * Math.PI * tone) / 48_000), 0.995];
    const out = new Float64Array(left.length);
    for (let i = 2; i < left.length; i++) {
      const input = (left[i] ?? 0) - 2 * cos * (left[i - 1] ?? 0) + (left[i - 2] ?? 0);
      out[i] = input + 2 * r * cos * (out[i - 1] ?? 0) - r * r * (out[i - 2] ?? 0);
    }
    left = out;
  }
  return rmsOf(left.length / step, step, (i) => left[i] ?? 0);
}

/** The loudness of steps of samples. */
const rmsOf = (steps: number, step: number, sample: (i: number) => number): number[] =>
  Array.from({ length: Math.floor(steps) }, (_, w) => {
    let sum = 0;
    for (let i = w * step; i < (w + 1) * step; i++) sum += sample(i) ** 2;
    return Math.sqrt(sum / step);
  });

interface Played {
  error: string | null;
  ended: boolean;
  corrupted: number;
  durationS: number;
  lastS: number;
}

/** In the page: plays a file at high speed. */
async function playThrough(url: string): Promise<Played> {
  document.querySelector('#probe')?.remove();
  const video = document.createElement('video');
  video.id = 'probe';
  video.muted = true;
  video.style.cssText = 'position:fixed;left:0;top:0;width:640px;height:360px;z-index:99999';
  document.body.append(video);
  video.src = url;
  video.playbackRate = 8;
  let lastS = 0;
  const look = (_: number, { mediaTime }: { mediaTime: number }): void => {
    lastS = Math.max(lastS, mediaTime);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const ended = await new Promise<boolean>((resolve) => {
    video.onended = () => resolve(true);
    video.onerror = () => resolve(false);
    setTimeout(() => resolve(false), 60_000);
    void video.play();
  });
  const corrupted = video.getVideoPlaybackQuality().corruptedVideoFrames ?? 0;
  return { error: video.error?.message ?? null, ended, corrupted, durationS: video.duration, lastS };
}

/** In the page: shows the frame at a time. @returns the frame's own time, as the player knows it */
async function seekTo(timeS: number): Promise<number> {
  const video = document.querySelector<HTMLVideoElement>('#probe');
  if (!video) throw new Error('no video');
  video.pause();
  const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
  const shown = new Promise<number>((resolve) => {
    video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
  });
  video.currentTime = timeS;
  await seeked;
  const mediaTime = await shown;
  // Painted, not only handed to the compositor.
  for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return mediaTime;
}

/** The counter in a screenshot of the player, in the middle of a tile. */
async function counterIn(png: Buffer, { x, y, width, height }: Rect): Promise<number> {
  const file = join(library, 'seek.png');
  await writeFile(file, png);
  const pixel = await sh([
    ...['-i', file, '-vf', `crop=8:8:iw*${x + width / 2}-4:ih*${y + height / 2}-4,format=gray,scale=1:1:flags=area`],
    ...['-f', 'rawvideo', '-'],
  ]);
  return stepOf(pixel[0] ?? 0);
}
