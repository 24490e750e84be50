import { BrowserWindow, nativeTheme, screen, session, type Session } from 'electron';
import { APP_ORIGIN } from '../contract/app-urls.ts';
import { handleAppProtocol, type AppProtocolOptions } from './app-protocol.ts';
import { guardClosing, type CloseGuardOptions } from './close-guard.ts';
import { keepAwake } from './keep-awake.ts';
import { offlineOnly } from './security.ts';
import { onScreen, readBounds, writeBounds } from './window-bounds.ts';

/** Partition of the window: it keeps a theme choice, and never touches a network. */
const UI_PARTITION = 'persist:ui';

export interface MainWindowOptions extends AppProtocolOptions, CloseGuardOptions {
  /** Absolute path of the built `preload/ui.cjs`. */
  preload: string;
  /** Where the window's place is kept. */
  boundsFile: string;
  log(text: string): void;
}

/** Makes the app's window and loads its page. Call after the app is ready. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const bounds = onScreen(
    readBounds(options.boundsFile),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const { maximized, ...place } = bounds;
  const window = new BrowserWindow({
    ...place,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Rollcall',
    autoHideMenuBar: process.platform !== 'darwin',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#15181c' : '#f8f9fb',
    webPreferences: {
      session: prepareSession(options),
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
    // Asked for by the bench.
    Object.assign(globalThis, { rollcallShownAt: Date.now() });
  });
  guardClosing(window, options);
  window.on('close', () => keepBounds(window, options));
  window.on('closed', keepAwake(options.service));
  window.webContents.on('render-process-gone', (_event, details) => {
    options.log(`the window's page ended: ${details.reason}`);
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  void window.loadURL(`${APP_ORIGIN}/index.html`);
  return window;
}

/** Brings a window to the front, as when the app is started a second time. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

const prepared = new WeakSet<Session>();

/** The window's session, served and cut off from networks; a window that is opened again finds it so. */
function prepareSession(options: MainWindowOptions): Session {
  const target = session.fromPartition(UI_PARTITION);
  if (prepared.has(target)) return target;
  prepared.add(target);
  handleAppProtocol(target.protocol, options);
  offlineOnly(target, (what) => options.log(`denied: ${what}`));
  return target;
}

function keepBounds(window: BrowserWindow, options: MainWindowOptions): void {
  const { x, y, width, height } = window.getNormalBounds();
  writeBounds(options.boundsFile, { x, y, width, height, maximized: window.isMaximized() }, (error) =>
    options.log(`the window's place was not kept: ${String(error)}`),
  );
}
