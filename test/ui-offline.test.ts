import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person } from './media-fixtures.ts';
import { PlayedCall } from './played-call.ts';
import { temporaryDir } from './support/recorder.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/** Without a network everything works but joining and uploading, and these say so. */

const SECONDS = 6;
/** Nobody listens there, as with no network. */
const NOWHERE = 'http://127.0.0.1:9';
let running: RunningApp;

beforeAll(async () => {
  running = await startApp(async (library) => {
    const folder = join(library, '61101349d0f56e684b608c08', '20210721', '5fccb7dc72909272bf999014');
    const people = [person('Ana', 'red', 440, 0, SECONDS), person('Bo', 'blue', 880, 0, SECONDS)];
    const call = await PlayedCall.begin(people, temporaryDir('source'), folder);
    await call.playTo((SECONDS + 1) * 1000);
  });
  running.page.setDefaultTimeout(20_000);
  await running.app.evaluate(({ safeStorage }) => safeStorage.setUsePlainTextEncryption(true));
  await running.app.context().setOffline(true);
});
afterAll(() => running?.close());

const go = (name: string) =>
  running.page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();

it('says that it is offline, and finishes, finds, plays, marks and exports what is there', async () => {
  const { page, app } = running;
  await page.getByText('Offline: joining and uploading wait. All else works.').waitFor();
  await go('Library');
  await page.getByText('On this computer').waitFor({ timeout: 60_000 });
  await page.getByLabel('Room, person, date or state').fill('bo');
  // As a picture, whose poster comes from the disk.
  await page.getByRole('radiogroup', { name: 'How recordings are shown' }).locator('label').nth(1).click();
  const poster = page.getByRole('main').locator('img').first();
  await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await shoot(page, 'offline-grid');
  await page
    .getByRole('main')
    .getByRole('button', { name: /room.*0:06/ })
    .click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const time = (): Promise<number> =>
    page
      .locator('video')
      .first()
      .evaluate((video: HTMLVideoElement) => video.currentTime);
  await expect.poll(time).toBeGreaterThan(0.5);
  await page.keyboard.press('k');
  await page.keyboard.press('m');
  await page.getByRole('tab', { name: 'Notes 1' }).waitFor();

  const file = join(temporaryDir('exports'), 'sound.m4a');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Sound only', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Export…' }).click();
  await page.getByText('“sound.m4a” is exported.').waitFor();
  expect(statSync(file).size).toBeGreaterThan(10_000);
  await shoot(page, 'offline-review');
});

it('changes settings, and tells why a destination, a call and an upload do not work now', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await go('Settings');
  await page.getByLabel('Whole meeting').selectOption('speaker');
  await page.getByRole('button', { name: /hosted storage$/ }).click();
  await dialog.getByRole('textbox', { name: 'Bucket', exact: true }).fill('meetings');
  await dialog.getByLabel('Endpoint').fill(NOWHERE);
  await dialog.getByLabel('Access key').fill('AKID');
  await dialog.getByLabel('Secret key', { exact: true }).fill('secret-key');
  await dialog.getByRole('button', { name: 'Try this destination' }).click();
  await dialog.getByText(/would not take uploads/).waitFor();
  await dialog.getByText(/The connection to .* failed/).waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });

  await go('Rooms');
  await page.getByLabel('Record a call').fill('ws://127.0.0.1:9/?roomId=monday');
  await page.keyboard.press('Enter');
  await page
    .getByRole('alert')
    .getByText(/No signalling connection to 127\.0\.0\.1:9 could be made/)
    .first()
    .waitFor({ timeout: 40_000 });
  await shoot(page, 'offline-join');
  // Nothing of the attempt is left, and the recording is as it was.
  expect(readdirSync(running.library).filter((name) => !name.startsWith('.'))).toEqual(['61101349d0f56e684b608c08']);
});
