import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { probe } from '../src-main/media/probe.ts';
import { beepTimes } from './support/media-checks.ts';
import { decodeSound, findBeeps } from './support/media/sound.ts';
import { COLOURS, startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { keyboard, mouse, type Hands } from './support/hands.ts';
import { startS3Store, type S3Store } from './support/s3-store.ts';
import { temporaryDir } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/**
 * Somebody who never read a manual: sets the app up, records a call of three with a mute and a lost connection, watches
 * it finish, looks at it, gets a failed upload through, and shares it. Once with the mouse, once with the keyboard alone.
 */

interface World {
  running: RunningApp;
  page: Page;
  hands: Hands;
  sfu: Sfu;
  store: S3Store;
  receiver: WebhookReceiver;
  publishers: Publisher[];
}

let close: () => Promise<void> = () => Promise.resolve();
afterEach(() => close());

async function begin(handsOf: (page: Page) => Hands): Promise<World> {
  const [sfu, store, receiver, running] = await Promise.all([
    startSfu({ dialect: 'modern' }),
    startS3Store({ buckets: ['meetings'] }),
    startWebhookReceiver(),
    startApp(undefined, { firstRun: true }),
  ]);
  const publishers: Publisher[] = [];
  close = async () => {
    await Promise.allSettled(publishers.map((publisher) => publisher.stop()));
    await running.close();
    await Promise.allSettled([sfu.close(), store.close(), receiver.close()]);
  };
  running.page.setDefaultTimeout(15_000);
  // A keyring is not what this is about.
  await running.app.evaluate(({ safeStorage }) => {
    if (!safeStorage.isEncryptionAvailable()) safeStorage.setUsePlainTextEncryption(true);
  });
  return { running, page: running.page, hands: handsOf(running.page), sfu, store, receiver, publishers };
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

async function goTo({ page, hands }: World, place: string): Promise<void> {
  await hands.press(page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${place}`) }));
  await page.getByRole('heading', { name: place, level: 1 }).waitFor();
}

async function fillStore({ page, hands, store }: World, secret: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await hands.fill(dialog.getByRole('textbox', { name: 'Bucket', exact: true }), 'meetings');
  await hands.fill(dialog.getByLabel('Region'), store.region);
  await hands.fill(dialog.getByLabel('Endpoint'), store.endpoint);
  await hands.turnOn(dialog.getByLabel('Bucket in the path'));
  await hands.fill(dialog.getByLabel('Access key'), store.key);
  await hands.fill(dialog.getByLabel('Secret key', { exact: true }), secret);
  await hands.press(dialog.getByRole('button', { name: 'Save' }));
  await dialog.waitFor({ state: 'detached' });
}

async function firstSteps(world: World, shots: boolean): Promise<void> {
  const { page, hands, sfu } = world;
  await page.getByRole('heading', { name: 'Welcome to Rollcall' }).waitFor();
  await page.getByText(/free: about .+ of a call of four people/).waitFor();
  await hands.press(button(page, 'Continue'));
  await hands.fill(page.getByLabel('Name shown to others'), 'Ada’s recorder');
  await hands.press(button(page, 'Continue'));
  await hands.press(button(page, 'Set up storage…'));
  await fillStore(world, 'not-the-secret');
  await page.getByText('Uploads to s3://meetings').waitFor();
  await hands.fill(page.getByLabel('Link of a call to try (optional)'), sfu.url('monday'));
  await hands.press(button(page, 'Check this computer'));
  await page.getByText(/^Joined 127\.0\.0\.1:\d+ in .+ nobody else is there/).waitFor({ timeout: 90_000 });
  await page.getByText(/takes \d+ MB\/s/).waitFor();
  await page.getByText(/ffmpeg encodes [\d.]+ times as fast/).waitFor();
  await page
    .getByText(/secret/i)
    .first()
    .waitFor({ timeout: 30_000 });
  await page.getByText(/^The clock is \d+ s/).waitFor({ timeout: 30_000 });
  if (shots) await shoot(page, 'welcome-checked');
  await hands.press(button(page, 'Start using Rollcall'));
  await page.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();
}

async function setUp(world: World): Promise<void> {
  const { page, hands, sfu, receiver } = world;
  const dialog = page.getByRole('dialog');
  await goTo(world, 'Settings');
  await hands.press(button(page, 'Add template'));
  await hands.fill(dialog.getByRole('textbox', { name: 'Name', exact: true }), 'Classes');
  await hands.press(dialog.getByRole('button', { name: 'Save' }));
  await dialog.waitFor({ state: 'detached' });
  await hands.press(button(page, /… webhook$/));
  await hands.fill(dialog.getByLabel('Address'), receiver.url);
  await hands.turnOn(dialog.getByLabel('It may lie in a private network'));
  await hands.press(dialog.getByRole('button', { name: 'Save' }));
  await dialog.waitFor({ state: 'detached' });
  await goTo(world, 'Rooms');
  await hands.press(button(page, 'Add room'));
  await hands.fill(dialog.getByRole('textbox', { name: 'Name', exact: true }), 'Monday');
  await hands.fill(dialog.getByRole('textbox', { name: 'Link' }), sfu.url('monday'));
  await dialog.getByText('Auto: on, because template Classes is on.').waitFor();
  await hands.press(dialog.getByRole('button', { name: 'Save' }));
  await dialog.waitFor({ state: 'detached' });
}

async function record(world: World, shots: boolean): Promise<void> {
  const { page, hands, sfu, publishers } = world;
  await Promise.all(
    ['Alice', 'Bob', 'Cleo'].map(async (name, index) => {
      publishers[index] = await startPublisher(sfu, 'monday', {
        ...{ name, colour: COLOURS[index] ?? '#cc2020', toneHz: TONES[index] ?? 440 },
        ...{ codec: index === 0 ? 'vp8' : 'h264', width: 480, height: 270, fps: 30, durationS: 40 },
      });
    }),
  );
  await hands.press(button(page, 'Record Monday'));
  await page.getByText('REC', { exact: true }).waitFor({ timeout: 30_000 });
  await page.getByText('3 people in the call').waitFor({ timeout: 30_000 });
  await page
    .getByText(/480×270 · \d+ fps/)
    .first()
    .waitFor();
  await page.getByText(/of disk left/).waitFor();
  const timer = page.getByRole('timer');
  const before = await timer.textContent();
  await page.waitForTimeout(2500);
  expect(await timer.textContent()).not.toBe(before);
  await publishers[1]?.pauseAudio();
  await page.getByText('muted', { exact: true }).waitFor();
  await page.keyboard.press('m');
  await page.getByText(/^Marked at 00:00:0/).waitFor();
  if (shots) await shoot(page, 'live');
  await publishers[1]?.resumeAudio();
  sfu.dropSignalling();
  await page.waitForTimeout(4000);
  await hands.press(button(page, 'Stop'));
  await hands.press(page.getByRole('dialog').getByRole('button', { name: 'Stop recording' }));
  await page.getByText('4 of 4 ready').waitFor({ timeout: 120_000 });
  await page
    .getByRole('alert')
    .getByText(/secret/i)
    .first()
    .waitFor({ timeout: 60_000 });
  if (shots) await shoot(page, 'finished');
}

interface Playing {
  time: number;
  width: number;
  error: string | null;
}

const playing = (page: Page): Promise<Playing> =>
  page
    .locator('video')
    .first()
    .evaluate((video: HTMLVideoElement) => ({
      time: video.currentTime,
      width: video.videoWidth,
      error: video.error?.message ?? null,
    }));

async function review(world: World, shots: boolean): Promise<void> {
  const { page, hands } = world;
  await hands.press(button(page, 'Review'));
  await expect.poll(async () => (await playing(page)).width, { timeout: 20_000 }).toBe(1280);
  await hands.press(button(page, 'Play'));
  await expect.poll(async () => (await playing(page)).time, { timeout: 20_000 }).toBeGreaterThan(0.5);
  await page.keyboard.press('k');
  const { time } = await playing(page);
  await page.keyboard.press('.');
  await expect.poll(async () => (await playing(page)).time).toBeCloseTo(time + 1 / 30, 2);
  expect((await playing(page)).error).toBeNull();

  await hands.pick(page.getByRole('tab', { name: 'Notes 1' }));
  await hands.fill(page.getByRole('textbox', { name: /^Note at 00:00:0/ }), 'Bob goes quiet');
  await page.keyboard.press('Enter');
  await hands.pick(page.getByRole('tab', { name: /^Files/ }));
  if (shots) await shoot(page, 'review');

  await hands.pick(page.getByRole('radio', { name: 'Streams' }));
  await page.locator('video').nth(2).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: /^Bob: Muted, 00:00:0/ }).waitFor();
  await page.getByRole('button', { name: /^Alice: The connection to the call was lost/ }).waitFor();
  await hands.press(button(page, 'Play'));
  await lanesAgree(page);
  await hands.press(button(page, 'Solo Bob, camera and microphone'));
  expect((await sessionTimes(page)).muted.filter((each) => !each)).toHaveLength(1);
  if (shots) await shoot(page, 'review-streams');
}

/** Session time of each video that plays, by the file's own clock and where the file begins; -1 for one that stands. */
const sessionTimes = (page: Page): Promise<{ times: number[]; muted: boolean[] }> =>
  page.evaluate(`(async () => {
    const id = (await window.rollcall.listSessions()).value[0].sessionId;
    const { lanes } = (await window.rollcall.getLanes(id)).value;
    const videos = [...document.querySelectorAll('video')];
    return {
      times: videos.map((video) => {
        const lane = lanes.find((each) => video.src.endsWith(each.file.path));
        return video.paused ? -1 : lane.file.startMs + video.currentTime * 1000;
      }),
      muted: videos.map((video) => video.muted),
    };
  })()`);

/** All play, time goes on, and after the first moment they are within 50 ms of each other. */
async function lanesAgree(page: Page): Promise<void> {
  await expect
    .poll(async () => Math.min(...(await sessionTimes(page)).times), { timeout: 30_000 })
    .toBeGreaterThan(1500);
  let before = 0;
  for (let sample = 0; sample < 6; sample += 1) {
    await page.waitForTimeout(200);
    const { times } = await sessionTimes(page);
    if (times.includes(-1)) break; // One of them is over.
    expect(Math.max(...times)).toBeGreaterThan(before);
    before = Math.max(...times);
    if (sample > 0) expect(before - Math.min(...times), `lanes at ${times.join(', ')}`).toBeLessThanOrEqual(50);
  }
  expect(before).toBeGreaterThan(0);
}

/** A clip without Bob, and the sound alone: looked at before, stopped, made, and found in the files. */
async function exportClip(world: World, shots: boolean): Promise<void> {
  const { page, hands, running } = world;
  const dir = temporaryDir('exports');
  const saveAs = (name: string): Promise<void> =>
    running.app.evaluate(
      ({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      },
      join(dir, name),
    );
  const dialog = page.getByRole('dialog');
  await saveAs('clip.mp4');
  await hands.press(button(page, 'Export…'));
  await dialog.getByRole('img', { name: 'How it will look' }).waitFor({ timeout: 30_000 });
  await hands.turnOff(dialog.getByLabel('Bob', { exact: true }));
  await dialog.getByText('Making a picture of it…').waitFor();
  await dialog.getByRole('img', { name: 'How it will look' }).waitFor({ timeout: 30_000 });
  await hands.fill(dialog.getByLabel('From', { exact: true }), '0:04');
  await hands.fill(dialog.getByLabel('To', { exact: true }), '0:02');
  await dialog.getByText('The end has to come after the beginning.').waitFor();
  await hands.fill(dialog.getByLabel('To', { exact: true }), '0:08');
  await dialog.getByRole('img', { name: 'How it will look' }).waitFor({ timeout: 30_000 });
  if (shots) await shoot(page, 'export');
  await hands.press(dialog.getByRole('button', { name: 'Export…' }));
  await page.getByText('“clip.mp4” is exported.').waitFor({ timeout: 60_000 });
  const clip = await probe(join(dir, 'clip.mp4'));
  // Whole frames of sound may go beyond the last picture.
  expect(Math.abs(clip.durationMs - 4000)).toBeLessThan(100);
  expect(clip.tracks.map(({ codec, width, height }) => [codec, width, height])).toEqual([
    ['avc', 1280, 720],
    ['aac', null, null],
  ]);
  // Cleo's tone is in it; of Bob's there is no more than what others' onsets leave at its frequency.
  const loudest = async (tone: number): Promise<number> =>
    Math.max(0, ...findBeeps(await decodeSound(join(dir, 'clip.mp4')), tone).map(({ amplitude }) => amplitude));
  expect(await loudest(TONES[2])).toBeGreaterThan(0.05);
  expect(await loudest(TONES[1])).toBeLessThan((await loudest(TONES[2])) / 10);
  if (shots) await shoot(page, 'exported');

  await saveAs('sound.m4a');
  await hands.press(button(page, 'Export…'));
  await hands.pick(dialog.getByRole('radio', { name: 'Sound only' }));
  await hands.press(dialog.getByRole('button', { name: 'Export…' }));
  await page.getByText('“sound.m4a” is exported.').waitFor({ timeout: 60_000 });
  const sound = await probe(join(dir, 'sound.m4a'));
  expect(sound.tracks.map(({ codec }) => codec)).toEqual(['aac']);
  expect(await beepTimes(join(dir, 'sound.m4a'), TONES[1])).not.toEqual([]);
  await hands.press(button(page, 'Put away'));
  await page.getByText('is exported.').waitFor({ state: 'detached' });
  expect((await readdir(dir)).sort()).toEqual([
    'clip.mp4',
    'clip.mp4.certificate.json',
    'sound.m4a',
    'sound.m4a.certificate.json',
  ]);
}

async function deliver(world: World, shots: boolean): Promise<void> {
  const { page, hands, store, running, receiver } = world;
  await goTo(world, 'Queue');
  await button(page, /^Retry all \(1\)$/).waitFor({ timeout: 60_000 });
  await page
    .getByText(/secret/i)
    .first()
    .waitFor();
  if (shots) await shoot(page, 'queue');
  await goTo(world, 'Settings');
  await hands.press(button(page, /hosted storage$/));
  await fillStore(world, store.secret);
  await goTo(world, 'Queue');
  await hands.press(button(page, 'Pause uploads'));
  await page.getByText('Uploads are paused.').waitFor();
  await hands.press(button(page, /^Retry all/));
  // Nothing goes while they are paused.
  await page.getByText(/^Uploading/).waitFor();
  await page.waitForTimeout(1500);
  expect(await page.getByText(/^Uploading/).count()).toBe(1);
  if (shots) await shoot(page, 'queue-paused');
  await hands.press(button(page, 'Resume uploads'));
  await page.getByText('Nothing is on its way').waitFor({ timeout: 60_000 });

  await goTo(world, 'Library');
  const recording = page
    .getByRole('main')
    .getByRole('listitem')
    .getByRole('button', { name: /Monday/ });
  await hands.press(recording);
  await page.getByText('Delivered 4 of 4').waitFor();
  await hands.press(button(page, 'Details of Whole meeting'));
  await page.getByText('SHA-256').waitFor();
  await hands.press(button(page, 'Copy link to Whole meeting'));
  await page.getByText(/Link copied\. It works until/).waitFor();
  const link = await running.app.evaluate(async ({ clipboard }) => clipboard.readText());
  const answer = await fetch(link);
  expect(answer.status).toBe(200);
  expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10_000);

  const told = (): number =>
    receiver.requests.filter(({ json }) => JSON.stringify(json).includes('"recording.success"')).length;
  expect(told()).toBe(1);
  await hands.pick(page.getByRole('tab', { name: /^Webhook/ }));
  await hands.press(button(page, 'Replay recording.success'));
  await page.getByText('The webhook answered 204.').waitFor();
  expect(told()).toBe(2);
  if (shots) await shoot(page, 'review-delivered');
}

it.each([
  ['with the mouse', mouse, true],
  ['with the keyboard alone', keyboard, false],
] as const)('gets a call recorded, looked at and delivered, %s', async (_how, handsOf, shots) => {
  const world = await begin(handsOf);
  await firstSteps(world, shots);
  await setUp(world);
  await record(world, shots);
  await review(world, shots);
  await exportClip(world, shots);
  await deliver(world, shots);
});
