import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shoot, startApp, type RunningApp } from './ui-fixtures.ts';

/** A person sets the app up in its window, by clicking and typing alone; what is kept is looked at on disk. */

const artifacts = join(import.meta.dirname, 'artifacts');
const SECRET = 'a-secret-key-nobody-may-see';
let running: RunningApp;
/** Everything that main ever answered or told this window. */
let heard = '';

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  running = await startApp();
  running.page.setDefaultTimeout(8000);
});
afterAll(() => running?.close());

const kept = (): string => {
  const file = join(running.user, 'rollcall.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const editable = async (): Promise<string> => {
  const text = await running.page.evaluate<string>(
    `window.rollcall.getSettings().then((answer) => JSON.stringify(answer))`,
  );
  heard +=
    text +
    (await running.page.evaluate<string>(`window.rollcall.getSnapshot().then((answer) => JSON.stringify(answer))`));
  return text;
};

// Each step stands on the one before.
it('adds a template and a room, and says at once what the room does', async () => {
  const { page } = running;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Add template' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Classes');
  await dialog.getByRole('switch', { name: 'A bucket of its own' }).click({ force: true });
  await dialog.getByRole('textbox', { name: 'Bucket', exact: true }).fill('class-recordings');
  await dialog.getByLabel('Folder in the bucket').fill('spring');
  await dialog.getByLabel('Sign in with').selectOption('chain');
  await shoot(page, 'settings-template');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(/s3:\/\/class-recordings\/spring at AWS/).waitFor();

  await page.getByRole('button', { name: 'Rooms', exact: true }).click();
  await page.getByRole('button', { name: 'Add room' }).click();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Monday');
  await dialog.getByRole('textbox', { name: 'Link' }).fill('https://sfu.example.net/?roomId=monday');
  await dialog.getByText('Auto: on, because template Classes is on.').waitFor();
  await dialog.getByText('Uploads to s3://class-recordings/spring.').waitFor();
  await dialog.getByText('Disabled', { exact: true }).click();
  await dialog.getByText('Disabled: never records, whatever its template says.').waitFor();
  await dialog.getByText('Enabled', { exact: true }).click();
  await dialog.getByText('Uploads wait until hosted storage is set up.').waitFor();
  await shoot(page, 'settings-room');
  await dialog.getByText('Auto', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Auto: on, because template Classes is on.').waitFor();
});

it('switches a template off, and its rooms with it', async () => {
  const { page } = running;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('switch', { name: 'Record the rooms of Classes' }).click({ force: true });
  await page.getByText('Does not record').waitFor();
  await shoot(page, 'settings');
  await page.getByRole('button', { name: 'Rooms', exact: true }).click();
  await page.getByText('Auto: off, because template Classes is off.').waitFor();
  expect(await page.getByRole('button', { name: 'Record Monday' }).isDisabled()).toBe(true);
  await page.getByLabel('Recording of Monday').selectOption('enabled');
  await page.getByText('Enabled: always records, whatever its template says.').waitFor();
  expect(await page.getByRole('button', { name: 'Record Monday' }).isEnabled()).toBe(true);
  await shoot(page, 'rooms');
});

it('says in words that there is no keyring, and keeps nothing then', async () => {
  const { page, app } = running;
  const available = await app.evaluate(({ safeStorage }) => safeStorage.isEncryptionAvailable());
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: /hosted storage$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Bucket', exact: true }).fill('hosted-bucket');
  await dialog.getByLabel('Access key').fill('AKIDEXAMPLE');
  await dialog.getByLabel('Secret key', { exact: true }).fill(SECRET);
  if (!available) {
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText(/offers no keyring to keep them in/).waitFor();
    await dialog.getByText(/Install and unlock a keyring/).waitFor();
    await shoot(page, 'settings-no-keyring');
    expect(kept()).not.toContain('hosted-bucket');
    // What a keyring would do, on a machine without one: the rest of this file is about the window.
    await app.evaluate(({ safeStorage }) => safeStorage.setUsePlainTextEncryption(true));
  }
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(/s3:\/\/hosted-bucket at AWS ap-south-1/).waitFor();
});

it('never shows a kept secret again, and keeps it through an edit', async () => {
  const { page } = running;
  const before = /"hosted\/secret":\s*"([^"]+)"/.exec(kept())?.[1];
  expect(before).toBeTruthy();
  await page.getByRole('button', { name: /hosted storage$/ }).click();
  const dialog = page.getByRole('dialog');
  const secret = dialog.getByLabel('Secret key', { exact: true });
  expect(await secret.inputValue()).toBe('');
  expect(await secret.getAttribute('placeholder')).toBe('Kept. Type to replace it.');
  await dialog.getByLabel('Region').fill('eu-west-1');
  await shoot(page, 'settings-hosted');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/hosted-bucket at AWS eu-west-1/).waitFor();
  expect(/"hosted\/secret":\s*"([^"]+)"/.exec(kept())?.[1]).toBe(before);
  await editable();
  expect(heard).toContain('hosted-bucket');
  expect(heard).not.toContain(SECRET);
  expect(kept()).not.toContain(SECRET);
});

it('does not send the header of a webhook to another server', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /… webhook$/ }).click();
  await dialog.getByLabel('Address').fill('https://hooks.example.net/in');
  await dialog.getByRole('button', { name: 'Add header' }).click();
  await dialog.getByLabel('Header', { exact: true }).fill('x-token');
  await dialog.getByLabel('Value of x-token', { exact: true }).fill('open-sesame');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/hooks\.example\.net is told of each delivered file/).waitFor();
  await page.getByRole('button', { name: /… webhook$/ }).click();
  await dialog.getByLabel('Address').fill('https://evil.example.org/in');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText(/was kept for the old one/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await editable()).not.toContain('open-sesame');
});

it('names the field that is wrong, and keeps what was typed', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /… webhook$/ }).click();
  await dialog.getByLabel('Address').fill('ftp://hooks.example.net/in');
  await dialog.getByRole('button', { name: 'Remove header x-token' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText(/webhook\.url must be an http\(s\) URL/).waitFor();
  expect(await dialog.getByLabel('Address').inputValue()).toBe('ftp://hooks.example.net/in');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

it('refuses to remove a template that a room depends on; a room goes', async () => {
  const { page } = running;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Edit… template Classes' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByText(/the room "Monday" depends on it/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Rooms', exact: true }).click();
  await page.getByRole('button', { name: 'Edit room Monday' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('No rooms yet').waitFor();
});

it('exports without secrets and imports again', async () => {
  const { page, app, library } = running;
  const file = join(library, 'exported.json');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, file);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByText(/exported\.json written, without any secret/).waitFor();
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('hosted-bucket');
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain('open-sesame');
  writeFileSync(file, text.replace('"Classes"', '"Lectures"'));
  await page.getByRole('button', { name: 'Import settings file…' }).click();
  await page.getByText('Lectures', { exact: true }).waitFor();
  // The same bucket: its kept secret goes on being used.
  expect(kept()).toContain('hosted/secret');
  expect(readdirSync(library)).toEqual(['exported.json']);
});

it('says why a link that is none is not recorded', async () => {
  const { page } = running;
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByLabel('Record a call').fill('not a link');
  await page.keyboard.press('Enter');
  await page.getByRole('main').getByRole('alert').getByText('"not a link" is not a link.').waitFor();
});
