import { app, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { ApiRuntime } from './api-runtime.ts';
import { ApiSwitch } from './api-switch.ts';
import { RollcallApp } from './app.ts';
import { BackgroundDelivery } from './background-delivery.ts';
import type { Environment } from './environment.ts';
import { registerIpc, sendChange } from './shell/ipc.ts';
import { focusWindow, openMainWindow } from './shell/main-window.ts';
import { joinUrlOf, linkIn } from './shell/deep-link.ts';
import { installMenu } from './shell/menu.ts';
import { showNotices } from './shell/notices.ts';
import { installTray } from './shell/tray.ts';
import { Updates } from './shell/updates.ts';
import { watchPlan } from './settings/watch-plan.ts';
import { RoomWatcher } from './watcher.ts';

/** Runs the app with its window until it is closed. Only one may run for a user: a second start shows the first's window. */
export async function runWindow(environment: Environment): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  const service = new RollcallApp(environment, {
    budget: () => environment.settingsStore.redacted().api?.max_recordings ?? 'auto',
    window: true,
    onEvent: (event) => {
      runtime.hear(event);
      watcher.hear(event);
    },
    onOver: (run, { error }) => runtime.count(run, error !== null),
  });
  const delivery = new BackgroundDelivery(service, environment);
  const runtime = new ApiRuntime({ environment, app: service, webhookQueue: () => delivery.webhookQueue });
  const watcher = new RoomWatcher({
    app: service,
    settings: () => environment.settings(),
    plan: watchPlan,
    emit: (event) => {
      if (event.event === 'warning') console.error(event.message);
      runtime.hear(event);
    },
  });
  const api = new ApiSwitch(environment, runtime);
  let window: BrowserWindow | null = null;
  let leaving = false;
  /** What a deep link proposes, until the window has asked for it. */
  let requested = joinUrlOf(linkIn(process.argv) ?? '');

  const log = (what: string, error: unknown): void => console.error(`${what}:`, error);

  const end = async (): Promise<void> => {
    leaving = true;
    updates.close();
    watcher.close();
    await service.finish();
    await api.close();
    await delivery.close();
    await environment.close();
  };
  const leave = async (): Promise<void> => {
    if (leaving) return;
    await end();
    app.exit(0);
  };
  const updates = new Updates({
    feed: () => environment.settingsStore.redacted().updates?.url ?? null,
    isCapturing: () => service.isCapturing,
    onChange: () => void service.tellSnapshot().catch((error: unknown) => log('updates', error)),
  });
  service.updates = {
    get view() {
      return updates.view;
    },
    check: () => updates.check(),
    install: () =>
      updates.install(async () => {
        await end();
        // The new version is started while this one still goes.
        app.releaseSingleInstanceLock();
      }),
  };
  const open = (): void => {
    window = openMainWindow({
      preload: environment.preload('ui'),
      boundsFile: join(app.getPath('userData'), 'window.json'),
      rendererDir: environment.rendererDir,
      sessionDir: (sessionId) => environment.sessionDir(sessionId),
      ensurePreviews: (sessionId, outputId) => environment.ensurePreviews(sessionId, outputId),
      service,
      log: (text) => console.error(text),
      onCloseConfirmed: () => void leave(),
    });
    window.on('closed', () => {
      window = null;
      // macOS keeps an app without windows; elsewhere the window is the app.
      if (process.platform !== 'darwin') void leave();
    });
  };

  installMenu(process.platform, (command) => sendChange(window, { kind: 'command', command }));
  registerIpc({
    service,
    window: () => window,
    takeRecordRequest: () => {
      const url = requested;
      requested = null;
      return url;
    },
    onError: (channel, error) => console.error(`${channel}: ${error.message}`),
  });
  const show = (): void => (window ? focusWindow(window) : open());
  const showLink = (link: string | null): void => {
    requested = link === null ? requested : joinUrlOf(link);
    show();
    if (requested !== null) sendChange(window, { kind: 'record-request' });
  };
  if (app.isPackaged) app.setAsDefaultProtocolClient('rollcall');
  app.on('second-instance', (_event, argv) => showLink(linkIn(argv)));
  app.on('open-url', (event, link) => {
    event.preventDefault();
    showLink(link);
  });
  installTray({
    service,
    window: () => window,
    show,
    stop: () => sendChange(window, { kind: 'command', command: 'record-or-stop' }),
    onError: log,
  });
  showNotices({ service, isLooking: () => window?.isFocused() === true, onClick: show });
  app.on('activate', show);
  app.on('before-quit', (event) => {
    // The window asks first where something runs; leaving finishes it.
    if (leaving) return;
    event.preventDefault();
    if (window) window.close();
    else void leave();
  });
  open();
  await service.start();
  await delivery.start();
  api.start();
  const applyUpdates = (): void => void updates.apply().catch((error: unknown) => log('updates', error));
  // Rooms are looked after from the first that is watched on: until then there is nothing to look at.
  let watching = false;
  const applyWatch = async (): Promise<void> => {
    const settings = await environment.settings();
    if (watching || leaving || !settings.rooms.some((room) => watchPlan(settings, room) !== null)) return;
    watching = true;
    await watcher.start();
  };
  const watchRooms = (): void => void applyWatch().catch((error: unknown) => log('watched rooms', error));
  service.onSettingsChanged(watchRooms);
  watchRooms();
  service.onSettingsChanged(applyUpdates);
  let capturing = false;
  service.onChange(() => {
    const was = capturing;
    capturing = service.isCapturing;
    if (was && !capturing) applyUpdates();
  });
  applyUpdates();
}
