import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDisplay, type Display } from '../build/display.ts';
import { packageApp } from '../build/package/dist.ts';
import { temporaryDir } from './support/recorder.ts';

/**
 * The packaged app updates itself as an AppImage does: a feed over real HTTP, electron-updater as it is, a file that
 * stands in for the AppImage of each version and says that it was started.
 */

const output = temporaryDir('package');
const binary = join(output, 'linux-unpacked/rollcall');
const NEWER = '9.9.9';
/** A packaged app's first start reads its whole archive from the disk, beside other tests. */
const START_TIMEOUT_MS = 120_000;
const DEBUG_PORT = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/;

let display: Display;
let feed: Server;
let feedUrl: string;
/** What the feed says of the newer version's file. */
let sha512: string;
/** The newer version: a program that notes that it runs. */
let newer: Buffer;
let started: string;
let appImage: string;
let app: ChildProcess | null = null;
let browser: Browser | null = null;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  await packageApp({ output });
  display = await openDisplay();
});

beforeEach(async ({ skip }) => {
  if (process.platform !== 'linux') skip('an AppImage is a Linux package');
  const dir = temporaryDir('appimage');
  await mkdir(dir, { recursive: true });
  started = join(dir, 'started');
  appImage = join(dir, 'Rollcall.AppImage');
  await writeFile(appImage, 'the old version');
  newer = Buffer.from(`#!/bin/sh\necho "$APPIMAGE_EXIT_AFTER_INSTALL" >> "${started}"\n`);
  sha512 = createHash('sha512').update(newer).digest('base64');
  feed = createServer((request, response) => {
    if (request.url?.startsWith('/latest-linux.yml')) return response.end(latest());
    if (request.url === `/Rollcall-${NEWER}.AppImage`) return response.end(newer);
    response.writeHead(404).end();
  });
  feed.listen(0, '127.0.0.1');
  await once(feed, 'listening');
  feedUrl = `http://127.0.0.1:${(feed.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  await browser?.close();
  app?.kill('SIGKILL');
  browser = null;
  app = null;
  feed?.close();
});

afterAll(async () => {
  display?.stop();
  await rm(output, { recursive: true, force: true });
});

/** The channel file as electron-builder writes it. */
const latest = (): string => `version: ${NEWER}
files:
  - url: Rollcall-${NEWER}.AppImage
    sha512: ${sha512}
    size: ${newer.length}
path: Rollcall-${NEWER}.AppImage
sha512: ${sha512}
releaseDate: '2026-01-01T00:00:00.000Z'
`;

/** Starts the packaged app with its window, on a profile of its own, and opens Settings. */
async function openSettings(env: NodeJS.ProcessEnv = { APPIMAGE: appImage }): Promise<Page> {
  const profile = temporaryDir('profile');
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  app = spawn(binary, [...sandbox, `--user-data-dir=${profile}`, '--remote-debugging-port=0'], {
    env: { ...process.env, ...display.env, XDG_CACHE_HOME: join(profile, 'cache'), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    app!.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const found = DEBUG_PORT.exec((said += text))?.[1];
      if (found !== undefined) resolve(found);
    });
    app!.on('exit', () => reject(new Error(`the app ended:\n${said}`)));
  });
  browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: START_TIMEOUT_MS });
  const context = browser.contexts()[0]!;
  context.setDefaultTimeout(START_TIMEOUT_MS);
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  return page;
}

async function setFeed(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: /where updates come from/ }).click();
  await page.getByRole('textbox', { name: 'Where updates come from' }).fill(url);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

const ended = async (): Promise<void> => {
  if (app!.exitCode === null) await once(app!, 'exit');
};

test('off until a feed is set; then the newer version is fetched, and takes the place of the old one and is started when asked', async () => {
  const page = await openSettings();
  await page.getByText('no place is set where they come from').waitFor();
  await setFeed(page, feedUrl);
  await page.getByText(`Version ${NEWER} is fetched and checked.`).waitFor();
  expect(await readFile(appImage, 'utf8')).toBe('the old version');

  await page.getByRole('button', { name: 'Restart and update' }).click();
  await ended();
  expect(await readFile(appImage)).toEqual(newer);
  await expect.poll(() => readFileSync(started, 'utf8')).toBe('\n');
});

test('a newer version that was fetched is installed when the app is closed', async () => {
  const page = await openSettings();
  await setFeed(page, feedUrl);
  await page.getByText(`Version ${NEWER} is fetched and checked.`).waitFor();
  await page.close();
  await ended();
  expect(await readFile(appImage)).toEqual(newer);
  // Put in place, not started: whoever closes an app does not want it to come back.
  expect(await readFile(started, 'utf8')).toBe('true\n');
});

test('a file that is not what the feed promised is not installed, and that is said', async () => {
  sha512 = createHash('sha512').update('something else').digest('base64');
  const page = await openSettings();
  await setFeed(page, feedUrl);
  await page.getByText('Updates could not be fetched from 127.0.0.1').waitFor();
  await page.close();
  await ended();
  expect(await readFile(appImage, 'utf8')).toBe('the old version');
});

test('a feed without encryption is refused, except on this computer', async () => {
  const page = await openSettings();
  await setFeed(page, 'http://updates.example.net/');
  await page.getByText('must be an https URL').waitFor();
});

test('an installation that is no AppImage is told to be updated otherwise', async () => {
  const page = await openSettings({ APPIMAGE: undefined });
  await setFeed(page, feedUrl);
  await page.getByText('This installation is not updated by Rollcall.').waitFor();
});
