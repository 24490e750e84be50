import { BrowserWindow, dialog, nativeTheme, screen, session, type Session } from 'electron';
import { APP_ORIGIN } from '../contract/app-urls.ts';
import { isCapturing, isWorking, type AppService } from './app-service.ts';
import { handleAppProtocol, type AppProtocolOptions } from './app-protocol.ts';
import { offlineOnly } from './security.ts';
import { onScreen, readBounds, writeBounds } from './window-bounds.ts';

/** Partition of the window: it keeps a theme choice, and never touches a network. */
const UI_PARTITION = 'persist:ui';

export interface MainWindowOptions extends AppProtocolOptions {
  /** Absolute path of the built `preload/ui.cjs`. */
  preload: string;
  /** Where the window's place is kept. */
  boundsFile: string;
  service: AppService;
  log(text: string): void;
  /** Called when the user has agreed to close while a recording runs: stop it, finish, then quit. */
  onCloseConfirmed(): void;
}

let uiSession: Session | null = null;

/** Opens the app's window. Call after the app is ready, once per window. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const target = prepareSession(options);
  const bounds = onScreen(
    readBounds(options.boundsFile),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Rollcall',
    autoHideMenuBar: process.platform !== 'darwin',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#f6f7f9',
    webPreferences: {
      session: target,
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (bounds.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberBounds(window, options);
  askBeforeClosing(window, options);
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

function prepareSession(options: MainWindowOptions): Session {
  if (uiSession !== null) return uiSession;
  const created = session.fromPartition(UI_PARTITION);
  handleAppProtocol(created.protocol, options);
  offlineOnly(created, (what) => options.log(`denied: ${what}`));
  uiSession = created;
  return created;
}

function rememberBounds(window: BrowserWindow, options: MainWindowOptions): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    writeBounds(options.boundsFile, { x, y, width, height, maximized: window.isMaximized() }, (error) =>
      options.log(`the window's place was not kept: ${String(error)}`),
    );
  });
}

/** A recording is never cut off by a closed window: closing asks, and says what will happen. */
function askBeforeClosing(window: BrowserWindow, options: MainWindowOptions): void {
  let agreed = false;
  window.on('close', (event) => {
    const live = options.service.live();
    if (agreed || live === null || !isWorking(live)) return;
    event.preventDefault();
    const capturing = isCapturing(live);
    void dialog
      .showMessageBox(window, {
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
      })
      .then(({ response }) => {
        if (response !== 1) return;
        agreed = true;
        if (capturing) options.onCloseConfirmed();
        else window.close();
      });
  });
}
