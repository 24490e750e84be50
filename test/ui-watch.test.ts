import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COLOURS } from './support/publisher/pattern.ts';
import { startPublisher, TONES, type Publisher } from './support/publisher.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/** A room that is set to be recorded whenever somebody is there is, with nobody at the window. */

let sfu: Sfu;
let running: RunningApp;
let publisher: Publisher | null = null;

beforeAll(async () => {
  [sfu, running] = await Promise.all([startSfu({ dialect: 'classic' }), startApp()]);
  running.page.setDefaultTimeout(20_000);
}, 120_000);
afterAll(async () => {
  await publisher?.stop();
  await running?.close();
  await sfu?.close();
});

it('waits unseen on the Live screen, records who comes, and waits again when they have left', async () => {
  const { page, library } = running;
  const dialog = page.getByRole('dialog');
  const place = (name: RegExp) => page.getByRole('navigation').getByRole('button', { name });
  await page.getByRole('button', { name: 'Add room' }).click();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Front desk');
  await dialog.getByRole('textbox', { name: 'Link' }).fill(sfu.url('desk'));
  await dialog.getByLabel('Recorded', { exact: true }).selectOption('Whenever somebody is there');
  await dialog.getByLabel('Ends when the call has been empty for').fill('1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Recorded whenever somebody is there.').waitFor();
  await shoot(page, 'room-watched');

  // In the call, and nothing else is held up by it.
  await expect.poll(() => sfu.joinedPeers('desk').length, { timeout: 20_000 }).toBe(1);
  await place(/^Live/).click();
  await page.getByText('Nothing is being recorded').waitFor();
  expect(await readdir(library)).toEqual([]);

  publisher = await startPublisher(sfu, 'desk', {
    ...{ name: 'Ana', colour: COLOURS[0], toneHz: TONES[0], codec: 'vp8' },
    ...{ width: 640, height: 360, fps: 30, durationS: 60 },
  });
  await page.getByRole('timer').waitFor();
  await page.getByText('Ana', { exact: true }).first().waitFor();
  await page.waitForTimeout(4000);
  await publisher.stop();
  publisher = null;
  await page.getByRole('button', { name: 'Review' }).waitFor({ timeout: 60_000 });
  const [room = ''] = await readdir(library);
  const [date = ''] = await readdir(join(library, room));
  expect(await readdir(join(library, room, date))).toHaveLength(1);
  await expect.poll(() => sfu.joinedPeers('desk').length, { timeout: 30_000 }).toBe(1);
});

it('leaves the call when it is not to be watched any more', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^Rooms/ })
    .click();
  await page.getByRole('button', { name: 'Edit room Front desk' }).click();
  await dialog.getByLabel('Recorded', { exact: true }).selectOption('When I start it');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => sfu.joinedPeers('desk').length, { timeout: 20_000 }).toBe(0);
});
