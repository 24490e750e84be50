import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COLOURS, startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { startApp, type RunningApp } from './ui-fixtures.ts';

/** A person with a mouse and a keyboard: pastes a link, records a real call, stops, watches it finish, plays it. */

const artifacts = join(import.meta.dirname, 'artifacts');
let sfu: Sfu;
let running: RunningApp;
const publishers: Publisher[] = [];

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  sfu = await startSfu({ dialect: 'modern' });
  running = await startApp();
});
afterAll(async () => {
  await Promise.allSettled(publishers.map((publisher) => publisher.stop()));
  await running?.close();
  await sfu?.close();
});

const publish = async (name: string, index: number): Promise<void> => {
  const publisher = await startPublisher(sfu, 'monday', {
    name,
    colour: COLOURS[index] ?? '#cc2020',
    toneHz: TONES[index] ?? 440,
    codec: index === 0 ? 'vp8' : 'h264',
    width: 640,
    height: 360,
    fps: 30,
    durationS: 30,
  });
  publishers.push(publisher);
};

it('records a call from a pasted link and plays what came of it', async () => {
  const { page } = running;
  const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(artifacts, `ui-${name}.png`) });
  await Promise.all([publish('Alice', 0), publish('Bob', 1)]);

  await page.getByLabel('Record a call').fill(sfu.url('monday'));
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('REC', { exact: true }).waitFor({ timeout: 30_000 });
  await page.getByText('2 people in the call').waitFor({ timeout: 15_000 });
  await page.getByText('Alice', { exact: true }).waitFor();
  await page
    .getByText(/640×360 · \d+ fps/)
    .first()
    .waitFor({ timeout: 15_000 });
  await page.getByText(/of disk left/).waitFor();

  const timer = page.getByRole('timer');
  const before = await timer.textContent();
  await page.waitForTimeout(4000);
  expect(await timer.textContent()).not.toBe(before);
  await shot('live');

  await page.keyboard.press('r');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop recording' }).click();
  await page.getByText('3 of 3 ready').waitFor({ timeout: 120_000 });
  await shot('finished');

  await page.getByRole('button', { name: 'Review' }).click();
  const video = page.locator('video');
  await video.waitFor();
  await page.getByText('Whole meeting').waitFor();
  const state = (): Promise<{ time: number; duration: number; width: number; error: string | null }> =>
    video.evaluate((element) => {
      const player = element as unknown as {
        currentTime: number;
        duration: number;
        videoWidth: number;
        error: { message: string } | null;
      };
      return {
        time: player.currentTime,
        duration: player.duration,
        width: player.videoWidth,
        error: player.error?.message ?? null,
      };
    });
  await expect.poll(async () => (await state()).width, { timeout: 15_000 }).toBe(1280);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await state()).time, { timeout: 10_000 }).toBeGreaterThan(0.5);
  await page.keyboard.press('k');
  const paused = (await state()).time;
  await page.keyboard.press('.');
  await expect.poll(async () => (await state()).time).toBeCloseTo(paused + 1 / 30, 2);
  await shot('review');

  // A stream of one person: seeking near its end needs ranges of the file.
  await page.getByRole('button', { name: /^Alice/ }).click();
  await expect.poll(async () => (await state()).width, { timeout: 15_000 }).toBeGreaterThan(0);
  const { duration } = await state();
  expect(duration).toBeGreaterThan(3);
  await page.getByRole('slider', { name: 'Position' }).fill(String(Math.floor(duration - 1)));
  await expect.poll(async () => (await state()).time, { timeout: 10_000 }).toBeGreaterThan(duration - 2.1);
  expect((await state()).error).toBeNull();

  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Library' }).waitFor();
  await page.getByText(/^(Alice, Bob|Bob, Alice)$/).waitFor();
  await shot('library');
});

it('says why a room that cannot be reached is not recorded', async () => {
  const { page } = running;
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByLabel('Record a call').fill('not a link');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(/link|address/i);
});
