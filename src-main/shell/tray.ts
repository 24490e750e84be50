import {
  app,
  Menu,
  nativeImage,
  Tray,
  type BrowserWindow,
  type MenuItemConstructorOptions,
  type NativeImage,
} from 'electron';
import type { RoomView } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';
import { texts } from '../contract/texts/index.ts';
import { isCapturing, isWorking, type AppService } from './app-service.ts';

export interface TrayOptions {
  service: AppService;
  window(): BrowserWindow | null;
  /** Brings the window to the front, opening it where it was closed. */
  show(): void;
  /** Asks in the window whether to stop. */
  stop(): void;
  onError(what: string, error: unknown): void;
}

/** Rooms that the tray offers; more are found in the window. */
const MAX_ROOMS = 6;

/** What goes on, in one line. */
export function stateLine(live: LiveRecording | null): string {
  if (live === null || live.phase === 'done' || live.phase === 'failed') return texts.tray.nothingIsBeingRecorded;
  switch (live.phase) {
    case 'joining':
    case 'waiting-for-peers':
      return texts.tray.inNobodyToRecordYet(live.roomName);
    case 'finalizing':
      return texts.tray.makingTheFilesOf(live.roomName);
    case 'uploading':
      return texts.tray.uploading(live.roomName);
    default:
      return texts.tray.recording(live.roomName);
  }
}

/** State and quick actions beside the clock, and on the taskbar or dock. Returns how to take them away. */
export function installTray(options: TrayOptions): () => void {
  const { service } = options;
  let tray: Tray | null = null;
  try {
    tray = new Tray(icon(false));
    tray.on('click', options.show);
  } catch (error) {
    // A desktop without a tray: everything is in the window too.
    options.onError('there is no tray', error);
  }
  let shown = '';
  const draw = async (live: LiveRecording | null): Promise<void> => {
    mark(live, options.window());
    const { rooms } = (await service.snapshot()).settings;
    const line = stateLine(live);
    const recordable = rooms.filter(({ effective }) => effective.records).slice(0, MAX_ROOMS);
    const key = JSON.stringify([line, recordable.map(({ id, name }) => [id, name])]);
    if (tray === null || key === shown) return;
    shown = key;
    tray.setImage(icon(live?.phase === 'recording'));
    tray.setToolTip(`Rollcall: ${line}`);
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(live, recordable, options)));
  };
  let phase = '';
  const redraw = (live: LiveRecording | null): void => {
    draw(live).catch((error: unknown) => options.onError('the tray could not be drawn', error));
  };
  const stop = service.onChange((change) => {
    if (change.kind === 'snapshot') redraw(service.live());
    if (change.kind !== 'live') return;
    const next = `${change.live?.recordingId ?? ''} ${change.live?.phase ?? ''}`;
    if (next === phase) return;
    phase = next;
    redraw(change.live);
  });
  redraw(service.live());
  return () => {
    stop();
    tray?.destroy();
  };
}

/** The tray's menu as data. */
export function trayMenu(
  live: LiveRecording | null,
  rooms: readonly Pick<RoomView, 'id' | 'name'>[],
  { service, show, stop, onError }: Pick<TrayOptions, 'service' | 'show' | 'stop' | 'onError'>,
): MenuItemConstructorOptions[] {
  const record = (roomId: string): void => {
    show();
    service.startRecording({ roomId }).catch((error: unknown) => onError('the recording could not be started', error));
  };
  const capturing = isCapturing(live);
  return [
    { label: stateLine(live), enabled: false },
    { type: 'separator' },
    { label: texts.tray.openRollcall, click: show },
    ...(capturing
      ? [
          {
            label: texts.tray.stopRecording,
            click: () => {
              show();
              stop();
            },
          },
        ]
      : rooms.map(({ id, name }) => ({ label: texts.tray.record(name), click: () => record(id) }))),
    { type: 'separator' },
    { label: texts.tray.quit, click: () => app.quit() },
  ];
}

/** On the taskbar and the dock: a badge while it records, a bar while it works. */
function mark(live: LiveRecording | null, window: BrowserWindow | null): void {
  const recording = live?.phase === 'recording';
  if (process.platform === 'darwin') app.dock?.setBadge(recording ? '●' : '');
  else if (process.platform === 'linux') app.setBadgeCount(recording ? 1 : 0);
  if (window === null || window.isDestroyed()) return;
  if (process.platform === 'win32')
    window.setOverlayIcon(recording ? icon(true) : null, recording ? texts.tray.recording2 : '');
  // 2: something goes on, nobody knows how far.
  window.setProgressBar(isWorking(live) && !isCapturing(live) ? 2 : -1);
}

const SIZE = 32;

/** A ring, and while it records a red disc in it: drawn here, so that it needs no file. */
function icon(recording: boolean): NativeImage {
  const pixels = Buffer.alloc(SIZE * SIZE * 4);
  for (let index = 0; index < SIZE * SIZE; index += 1) {
    const x = (index % SIZE) - SIZE / 2 + 0.5;
    const y = Math.floor(index / SIZE) - SIZE / 2 + 0.5;
    const radius = Math.hypot(x, y);
    // Blue, green, red, alpha.
    if (radius > 10.5 && radius < 14.5) pixels.set([0x9a, 0x90, 0x88, 255], index * 4);
    if (recording && radius <= 8) pixels.set([0x3a, 0x33, 0xd6, 255], index * 4);
  }
  return nativeImage.createFromBitmap(pixels, { width: SIZE, height: SIZE, scaleFactor: 2 });
}
