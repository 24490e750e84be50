import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { DoneEvent, RollcallEvent } from '../../src-main/contract/events.ts';
import type { IpcResult } from '../../src-main/contract/ipc.ts';
import type { LiveRecording } from '../../src-main/contract/live.ts';
import { doneEvent } from '../../src-main/deliver.ts';
import { SessionManifest } from '../../src-main/recording/manifest.ts';
import { electronCommand } from '../launch-electron.ts';

/** The app's window in the demo's hands: it clicks what a person would click, so that somebody can watch. */
export class DemoWindow {
  readonly #app: ElectronApplication;
  readonly #page: Page;

  private constructor(app: ElectronApplication, page: Page) {
    this.#app = app;
    this.#page = page;
  }

  /** Opens the app on a library of its own, and imports the settings in its Settings screen. */
  static async open(options: { dir: string; library: string; settingsFile: string }): Promise<DemoWindow> {
    const command = await electronCommand([`--user-data-dir=${join(options.dir, 'app')}`], {
      env: { ROLLCALL_LIBRARY: options.library },
    });
    const app = await _electron.launch({ ...command, timeout: 60_000 });
    const page = await mainPage(app);
    page.setDefaultTimeout(30_000);
    await app.evaluate(({ dialog, safeStorage }, file) => {
      // The system's file dialog is the one thing that Playwright cannot click: it answers the demo's file.
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
      // Without a keyring the demo's throw-away keys are kept readable, in its own folder.
      if (!safeStorage.isEncryptionAvailable()) safeStorage.setUsePlainTextEncryption(true);
    }, options.settingsFile);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('button', { name: 'Import settings file…' }).click();
    await page.getByText('Demo calls', { exact: true }).waitFor();
    return new DemoWindow(app, page);
  }

  /** Settles when somebody has closed the window and the app is gone. */
  get closed(): Promise<void> {
    return new Promise((resolve) => this.#app.once('close', () => resolve()));
  }

  async close(): Promise<void> {
    await this.#app.close();
  }

  /** Presses Record beside the room; settles when it is in the call. */
  async record(roomName: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Rooms', exact: true }).click();
    await sleep(1500); // For the eye: the room and what it will do are read.
    await this.#page.getByRole('button', { name: `Record ${roomName}` }).click();
    await this.#page
      .getByText(/REC|In the call/, { exact: true })
      .first()
      .waitFor();
  }

  /** Stops the recording as a person does, and waits until everything is made and delivered. */
  async stop(limitMs: number): Promise<{ done: DoneEvent; events: RollcallEvent[] }> {
    await this.#page.getByRole('button', { name: 'Stop', exact: true }).click();
    await this.#page.getByRole('dialog').getByRole('button', { name: 'Stop recording' }).click();
    const deadline = Date.now() + limitMs;
    for (;;) {
      const live = await this.#live();
      if (live?.phase === 'failed')
        throw new Error(`the recording failed: ${live.error?.message ?? 'it does not say why'}`);
      if (live?.phase === 'done' && live.sessionDir !== null) return filesOf(live.sessionDir);
      if (Date.now() > deadline) throw new Error(`the app was not done ${limitMs / 1000} s after the call`);
      await sleep(500);
    }
  }

  /** Opens the recording and plays it. @returns seconds played, by the player's own clock. */
  async play(): Promise<number> {
    await this.#page.getByRole('button', { name: 'Review' }).click();
    const video = this.#page.locator('video').first();
    await video.waitFor();
    await this.#page.keyboard.press('Space');
    const time = (): Promise<number> =>
      video.evaluate((element) => (element as unknown as { currentTime: number }).currentTime);
    for (let attempt = 0; attempt < 40 && (await time()) < 3; attempt += 1) await sleep(250);
    return time();
  }

  /** A picture of what shows. */
  async shoot(path: string): Promise<void> {
    await this.#page.screenshot({ path });
  }

  async #live(): Promise<LiveRecording | null> {
    const answer = await this.#page.evaluate<IpcResult<LiveRecording | null>>('window.rollcall.getLive()');
    return answer.ok ? answer.value : null;
  }
}

/** What the app made, from the session's own manifest. */
async function filesOf(dir: string): Promise<{ done: DoneEvent; events: RollcallEvent[] }> {
  const manifest = await SessionManifest.open(dir);
  const events = manifest.session.outputs.map(({ output_id, kind, file, duration_ms, size_bytes }): RollcallEvent => ({
    ...{ event: 'output', output_id, kind },
    ...{ file: join(dir, file), duration: duration_ms / 1000, size: size_bytes },
  }));
  return { done: doneEvent(manifest, null), events };
}

async function mainPage(app: ElectronApplication): Promise<Page> {
  await app.firstWindow();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const page = app.windows().find((each) => each.url().startsWith('rollcall://app/index.html'));
    if (page !== undefined) {
      await page.getByRole('navigation').waitFor();
      return page;
    }
    await sleep(100);
  }
  throw new Error('the app opened no window');
}
