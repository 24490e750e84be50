import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { buildPage } from '../../build/build-page.ts';
import { electronCommand } from '../../build/launch-electron.ts';
import type { BrowserCounts, BrowserPeer } from './browser/page.ts';
import type { Sfu } from './sfu.ts';

export type { BrowserPeer };

/** Peers that publish out of a real browser (Electron's Chromium), with its encoders and its congestion control. */
export interface PublishingBrowser {
  /** Nothing more is drawn or played; what each peer has sent, in the order in which they were given. */
  finish(): Promise<BrowserCounts[]>;
  /** All leave the room, and the browser ends. */
  leave(): Promise<void>;
}

let page: Promise<string> | null = null;

/** Starts a browser whose peers publish in a room of a classic server; it answers when the server has their producers. */
export async function startBrowser(
  sfu: Sfu,
  roomId: string,
  peers: readonly Omit<BrowserPeer, 'url'>[],
): Promise<PublishingBrowser> {
  page ??= mkdtemp(join(tmpdir(), 'rollcall-browser-')).then((dir) =>
    buildPage(join(import.meta.dirname, 'browser'), join(dir, 'app')),
  );
  const userData = await mkdtemp(join(tmpdir(), 'rollcall-browser-profile-'));
  const app = await _electron.launch(await electronCommand([`--user-data-dir=${userData}`], { app: await page }));
  const window = await app.firstWindow();
  await window.waitForFunction(() => 'publisher' in globalThis);
  for (const peer of peers) {
    await window.evaluate((given) => globalThis.window.publisher.start(given), { ...peer, url: sfu.url(roomId) });
  }
  return {
    finish: () => window.evaluate(() => globalThis.window.publisher.finish()),
    leave: async () => {
      await window.evaluate(() => globalThis.window.publisher.leave());
      await app.close();
    },
  };
}
