import { dialog, type BrowserWindow } from 'electron';
import type { LiveRecording } from '../contract/live.ts';
import { isCapturing, isWorking, type AppService } from './app-service.ts';

/** What the user answered when asked whether the app may close. */
type Answer = 'stay' | 'stop-and-close' | 'close-now';

/** Asks before work is cut off. A recording never ends because a window was closed by mistake. */
export class CloseGuard {
  readonly #service: AppService;
  #agreed = false;
  #asking = false;

  constructor(service: AppService) {
    this.#service = service;
  }

  /** Whether the app may close without a word. */
  get mayClose(): boolean {
    return this.#agreed || !isWorking(this.#service.live());
  }

  /** Asks, and closes by way of `close` where the answer is yes; a recording is stopped and finished first. */
  async ask(window: BrowserWindow, close: () => void): Promise<void> {
    const live = this.#service.live();
    if (this.#asking || live === null) return;
    this.#asking = true;
    const answer = await askUser(window, live);
    this.#asking = false;
    if (answer === 'stay') return;
    this.#agreed = true;
    if (answer === 'stop-and-close') {
      await this.#service.stopRecording();
      await this.#filesFinished();
    }
    close();
  }

  /** Resolves when no file is being made any more: what is left is uploading, which goes on at the next start. */
  #filesFinished(): Promise<void> {
    const finished = (live: LiveRecording | null): boolean => !isCapturing(live) && live?.phase !== 'finalizing';
    return new Promise((resolve) => {
      if (finished(this.#service.live())) return resolve();
      const stop = this.#service.onChange((change) => {
        if (change.kind !== 'live' || !finished(change.live)) return;
        stop();
        resolve();
      });
    });
  }
}

async function askUser(window: BrowserWindow, live: LiveRecording): Promise<Answer> {
  const capturing = isCapturing(live);
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Rollcall',
    message: capturing ? `“${live.roomName}” is being recorded` : `“${live.roomName}” is being finished`,
    detail: capturing
      ? 'Stopping ends the recording now and finishes its files; the app closes when they are ready.'
      : 'Everything captured is kept. What is not finished goes on when the app is opened again.',
    buttons: capturing ? ['Keep recording', 'Stop and close'] : ['Stay open', 'Close now'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (response !== 1) return 'stay';
  return capturing ? 'stop-and-close' : 'close-now';
}
