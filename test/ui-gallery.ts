import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { startApp, type RunningApp } from './ui-fixtures.ts';

/** The sizes that are designed for. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const;
export const THEMES = ['dark', 'light'] as const;

export interface Gallery {
  running: RunningApp;
  page: Page;
  scenes: string[];
  show(scene: string, theme: (typeof THEMES)[number], size: { width: number; height: number }): Promise<void>;
  flaws(): Promise<string[]>;
}

/** The built app with every screen in every state, on the app's own protocol, policy and window; its players have something to play. */
export async function openGallery(): Promise<Gallery> {
  const running = await startApp(putFiles);
  const { app, page } = running;
  await app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes('index.html'));
    return window?.loadURL('rollcall://app/gallery.html');
  });
  await page.waitForFunction(() => 'gallery' in window);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  let size = { width: 0, height: 0 };
  return {
    running,
    page,
    scenes: await page.evaluate(() => window.gallery.names),
    show: async (scene, theme, wanted) => {
      if (wanted.width !== size.width || wanted.height !== size.height) await page.setViewportSize(wanted);
      size = wanted;
      await page.evaluate(([name, colours]) => window.gallery.show(name, colours), [scene, theme] as const);
      // Two frames, and what a picture or a dialog needs to be there.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 120)))),
      );
    },
    flaws: () => page.evaluate(() => window.gallery.findFlaws()),
  };
}

/** Sessions of the sample data that are opened, with the files that it names. */
async function putFiles(library: string): Promise<void> {
  const clip = join(library, 'clip.mp4');
  const picture = join(library, 'picture.jpg');
  const ffmpeg = process.env.FFMPEG_BIN ?? 'ffmpeg';
  const run = promisify(execFile);
  const source = ['-f', 'lavfi', '-i', 'gradients=s=640x360:r=10:c0=#24455e:c1=#7a5c8e:x0=0:y0=0:x1=640:y1=360:d=4'];
  await run(ffmpeg, [
    '-v',
    'error',
    ...source,
    '-t',
    '4',
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    '+faststart',
    clip,
  ]);
  await run(ffmpeg, ['-v', 'error', '-i', clip, '-frames:v', '1', '-s', '320x180', picture]);
  for (let index = 1; index <= 60; index += 1) {
    const id = index.toString(16).padStart(24, '0');
    const dir = join(library, 'a'.repeat(24), '20261122', id);
    mkdirSync(dir, { recursive: true });
    if (index > 10) continue;
    for (const file of SAMPLE_FILES) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      copyFileSync(clip, join(dir, file));
    }
  }
}

/** Names that `src-renderer/gallery/fixtures.ts` gives to files. */
const SAMPLE_FILES = ['Rec-sample-1626898422000.mp4', ...[81, 82, 83, 84, 85].map((seed) => `peer/${seed}.mp4`)];
