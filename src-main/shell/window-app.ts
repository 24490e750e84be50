import { join } from 'node:path';
import { app, powerSaveBlocker, type BrowserWindow, type Session } from 'electron';
import { isCapturing, type AppService } from './app-service.ts';
import { CloseGuard } from './close-guard.ts';
import { registerIpc, sendChange } from './ipc.ts';
import { focusWindow, openMainWindow } from './main-window.ts';
import { installMenu } from './menu.ts';

export interface WindowAppOptions {
  service: AppService;
  /** Absolute path of the built `preload/ui.cjs`. */
  preload: string;
  /** Serves `rollcall://` in an Electron session. */
  serve(target: Session): void;
  log(text: string): void;
}

/**
 * Whether this process is the one that shows the window; the other one has been told to come to the front. Ask before
 * anything is built, and quit where it is not.
 */
export const isFirstInstance = (): boolean => app.requestSingleInstanceLock();

/** Shows the app: window, menu, IPC, closing that asks, a machine that stays awake. Call once, after the app is ready. */
export function startWindowApp(options: WindowAppOptions): void {
  const { service } = options;
  const guard = new CloseGuard(service);
  let window: BrowserWindow | null = null;

  const open = (): void => {
    const opened = openMainWindow({
      preload: options.preload,
      boundsFile: join(app.getPath('userData'), 'window.json'),
      serve: options.serve,
      log: options.log,
    });
    window = opened;
    opened.on('close', (event) => {
      if (guard.mayClose) return;
      event.preventDefault();
      void guard.ask(opened, () => opened.close());
    });
    opened.on('closed', () => {
      window = null;
      // Hidden windows (capture, cards) are no reason to go on where the one that people see is gone.
      if (process.platform !== 'darwin') app.quit();
    });
  };

  // Quitting closes every window at once, the capturing one too: so it is stopped before that.
  app.on('before-quit', (event) => {
    if (guard.mayClose || window === null) return;
    event.preventDefault();
    void guard.ask(window, () => app.quit());
  });
  app.on('second-instance', () => (window === null ? open() : focusWindow(window)));
  app.on('activate', () => (window === null ? open() : focusWindow(window)));
  installMenu(process.platform, (command) => sendChange(window, { kind: 'command', command }));
  registerIpc({
    service,
    window: () => window,
    onError: (channel, error) => options.log(`${channel}: ${error.code} ${error.message} ${error.details ?? ''}`),
  });
  keepAwake(service);
  open();
}

/** A laptop that falls asleep would leave the call. */
function keepAwake(service: AppService): void {
  let blocker: number | null = null;
  const update = (): void => {
    const wanted = isCapturing(service.live());
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
  service.onChange((change) => {
    if (change.kind === 'live') update();
  });
  update();
}
