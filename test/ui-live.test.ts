import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readManifest } from '../src-main/recording/manifest.ts';
import { readTimeline } from '../src-main/recording/timeline.ts';
import { decodeErrors, frameCounters } from './support/media-checks.ts';
import { COLOUR_PATCH, COLOURS, COUNTER } from './support/publisher/pattern.ts';
import { startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/** The Live screen shows what people send, while somebody looks; what is recorded does not depend on it. */

const CODECS = ['vp8', 'h264'] as const;
const NAMES = ['Alice', 'Bob'];
let sfu: Sfu;
let running: RunningApp;
let publishers: Publisher[] = [];

beforeAll(async () => {
  [sfu, running] = await Promise.all([startSfu({ dialect: 'modern' }), startApp()]);
  running.page.setDefaultTimeout(15_000);
}, 120_000);
afterAll(async () => {
  await Promise.allSettled(publishers.map((publisher) => publisher.stop()));
  await running?.close();
  await sfu?.close();
});

interface Seen {
  /** Of the patch that has the peer's colour, 0 to 255. */
  red: number;
  green: number;
  blue: number;
  counter: number;
}

/** What somebody's tile shows now; null: their initials. */
const seen = (name: string): Promise<Seen | null> =>
  running.page.evaluate<Seen | null>(`(() => {
    const picture = document.querySelector('canvas[aria-label="Camera of ${name}"]');
    if (picture === null || picture.hidden) return null;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: picture.width, height: picture.height });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    const mean = (x, y, width, height) => {
      const { data } = context.getImageData(x * canvas.width, y * canvas.height, width * canvas.width, height * canvas.height);
      const sums = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) for (const c of [0, 1, 2]) sums[c] += data[i + c];
      return sums.map((sum) => (sum * 4) / data.length);
    };
    const counter = ${JSON.stringify(COUNTER)};
    const cell = counter.width / counter.cells;
    const light = (i) => mean(counter.x + (i + 0.3) * cell, counter.y + counter.height * 0.3, cell * 0.4, counter.height * 0.4)[1];
    const threshold = (light(0) + light(1)) / 2;
    let value = 0;
    for (let bit = 0; bit < counter.bits; bit += 1) value = value * 2 + (light(2 + bit) > threshold ? 1 : 0);
    const patch = ${JSON.stringify(COLOUR_PATCH)};
    const [red, green, blue] = mean(patch.x, patch.y, patch.width, patch.height);
    return { red, green, blue, counter: value };
  })()`);

/** Tolerance of the colour: two encodings, the second a JPEG of a small picture. */
const NEAR = 40;
const isNear = ({ red, green, blue }: Seen, colour: string): boolean => {
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return [red, green, blue].every((value, at) => Math.abs(value - (wanted[at] ?? 0)) <= NEAR);
};

const watchRequests = async (dir: string): Promise<number> =>
  (await readTimeline(dir)).filter((event) => event.type === 'key-frame-requested' && event.reason === 'watch').length;

async function sessionDir(): Promise<string> {
  const [room = ''] = await readdir(running.library);
  const [date = ''] = await readdir(join(running.library, room));
  const [session = ''] = await readdir(join(running.library, room, date));
  return join(running.library, room, date, session);
}

it('shows each person as they are sent, and goes on showing what happens', async () => {
  const { page } = running;
  await page.getByLabel('Record a call').fill(sfu.url('live'));
  await page.keyboard.press('Enter');
  await page.getByText('In the call, and nobody else is').waitFor({ timeout: 30_000 });
  publishers = await Promise.all(
    NAMES.map((name, index) =>
      startPublisher(sfu, 'live', {
        ...{ name, colour: COLOURS[index] ?? '', toneHz: TONES[index] ?? 440, codec: CODECS[index] ?? 'vp8' },
        ...{ width: 640, height: 360, fps: 30, durationS: 36, keyFrameIntervalS: 4 },
      }),
    ),
  );
  for (const [index, name] of NAMES.entries()) {
    await expect
      .poll(async () => isNear((await seen(name)) ?? { red: 0, green: 0, blue: 0, counter: 0 }, COLOURS[index] ?? ''), {
        timeout: 15_000,
        message: `the picture of ${name}`,
      })
      .toBe(true);
    const before = (await seen(name))?.counter ?? Infinity;
    await expect.poll(async () => (await seen(name))?.counter, { timeout: 5000 }).toBeGreaterThan(before + 15);
  }
  await page.screenshot({ path: join(import.meta.dirname, 'artifacts', 'ui-live-pictures.png') });
});

it('says everything of what arrives from somebody, one click away', async () => {
  const { page } = running;
  await page.getByRole('button', { name: 'Details of what arrives from Bob' }).click();
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
  await row('Picture').getByText('640×360').waitFor();
  await row('Loss')
    .getByText(/^\d+\.\d %/)
    .first()
    .waitFor();
  await row('Last key frame')
    .getByText(/^[0-5] s ago$/)
    .waitFor();
  await shoot(page, 'live-health');
  await page.getByRole('button', { name: 'Details of what arrives from Bob' }).click();
});

it('has initials in the place of a camera that is off, and the picture again when it is on', async () => {
  await publishers[0]?.pauseVideo();
  await expect.poll(() => seen('Alice'), { timeout: 8000 }).toBeNull();
  await publishers[0]?.resumeVideo();
  await expect.poll(() => seen('Alice'), { timeout: 15_000 }).not.toBeNull();
});

it('shows nothing of them elsewhere, and them again on Live', async () => {
  const { page } = running;
  await page.getByRole('navigation').getByRole('button', { name: 'Library', exact: true }).click();
  await page.waitForTimeout(1500);
  await page.getByRole('navigation').getByRole('button', { name: /^Live/ }).click();
  // They were not decoded meanwhile: each goes on with a key frame, which is asked for.
  for (const name of NAMES) await expect.poll(() => seen(name), { timeout: 8000 }).not.toBeNull();
});

it('every frame was recorded, whether it was looked at or not', async () => {
  const { page } = running;
  await Promise.all(publishers.map(({ ended }) => ended));
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop recording' }).click();
  await page.getByText('3 of 3 ready').waitFor({ timeout: 120_000 });
  const dir = await sessionDir();
  const { tracks } = await readManifest(dir);
  const videos = tracks.filter(({ kind }) => kind === 'video');
  expect(videos).toHaveLength(2);
  expect(videos.map(({ lost_frames: lost }) => lost)).toEqual([0, 0]);
  for (const { file, peer_id: peerId } of videos) {
    expect(await decodeErrors(join(dir, file))).toBe('');
    const counters = (await frameCounters(join(dir, file))).map(({ counter }) => counter ?? NaN);
    // Alice's camera was off for a while; nothing else is missing.
    const jumps = counters.filter((counter, at) => at > 0 && counter !== (counters[at - 1] ?? NaN) + 1);
    expect(jumps).toHaveLength(peerId === publishers[0]?.peerId ? 1 : 0);
  }
  expect(await watchRequests(dir)).toBeLessThanOrEqual(4);
});
