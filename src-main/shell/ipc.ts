import { writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { clipboard, dialog, ipcMain, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { ExportOptions } from '../contract/export.ts';
import {
  CHANGE_CHANNEL,
  CHANNEL_PREFIX,
  channelArgs,
  type AppChange,
  type ChannelArgs,
  type ChannelName,
  type ChannelResults,
  type IpcResult,
} from '../contract/ipc.ts';
import { texts } from '../contract/texts/index.ts';
import { diagnostics } from './diagnostics.ts';
import type { AppService } from './app-service.ts';
import { isAppUrl } from './security.ts';

/** What happens on each channel; arguments are parsed before a handler sees them. */
type Handlers = { [Name in ChannelName]: (...args: ChannelArgs<Name>) => Promise<ChannelResults[Name]> };

export interface IpcOptions {
  service: AppService;
  /** The window that may ask; null while there is none. */
  window(): BrowserWindow | null;
  /** The join URL of the last deep link, once. */
  takeRecordRequest(): string | null;
  /** Called with each error that is answered, for the log. */
  onError(channel: string, error: RollcallError): void;
}

/** Registers every channel and passes changes on to the window. Call once; returns how to undo it. */
export function registerIpc(options: IpcOptions): () => void {
  const handlers = makeHandlers(options);
  for (const name of Object.keys(channelArgs) as ChannelName[]) register(name, handlers, options);
  const stop = options.service.onChange((change) => sendChange(options.window(), change));
  return () => {
    stop();
    for (const name of Object.keys(channelArgs)) ipcMain.removeHandler(CHANNEL_PREFIX + name);
  };
}

/** Tells the window of a change, where there is a window that can hear it. */
export function sendChange(window: BrowserWindow | null, change: AppChange): void {
  if (window === null || window.isDestroyed() || window.webContents.isCrashed()) return;
  window.webContents.send(CHANGE_CHANNEL, change);
}

function register<Name extends ChannelName>(name: Name, handlers: Handlers, options: IpcOptions): void {
  ipcMain.handle(CHANNEL_PREFIX + name, async (event, ...raw): Promise<IpcResult<ChannelResults[Name]>> => {
    try {
      assertOurWindow(event, options.window());
      const args = channelArgs[name].safeParse(raw);
      if (!args.success) {
        throw new RollcallError(
          'INTERNAL',
          `The window asked "${name}" with arguments that do not fit.`,
          'Nothing was done. Please report this with the details.',
          { details: args.error.message },
        );
      }
      return { ok: true, value: await handlers[name](...(args.data as ChannelArgs<Name>)) };
    } catch (thrown) {
      const error = toRollcallError(thrown);
      options.onError(name, error);
      return { ok: false, error: error.toRecord() };
    }
  });
}

/** Only the main frame of our window, showing our own page, is answered. */
function assertOurWindow(event: IpcMainInvokeEvent, window: BrowserWindow | null): void {
  const frame = event.senderFrame;
  const ours =
    window !== null &&
    event.sender === window.webContents &&
    frame !== null &&
    frame.parent === null &&
    isAppUrl(frame.url);
  if (!ours) {
    throw new RollcallError('INTERNAL', 'A page that is not the app asked something of it.', 'Nothing was done.');
  }
}

function makeHandlers(options: IpcOptions): Handlers {
  const { service } = options;
  const dirOf = async (sessionId: string): Promise<string> => (await service.session(sessionId)).dir;
  return {
    getSnapshot: () => service.snapshot(),
    getLive: async () => service.live(),
    listSessions: () => service.sessions(),
    getSession: (sessionId) => service.session(sessionId),
    startRecording: (target) => done(service.startRecording(target)),
    stopRecording: () => done(service.stopRecording()),
    pauseRecording: () => done(service.pauseRecording()),
    resumeRecording: () => done(service.resumeRecording()),
    dismissLive: async () => {
      service.dismissLive();
      return null;
    },
    watchTracks: async (trackIds) => {
      service.watchTracks(trackIds);
      return null;
    },
    finishFiles: (sessionId) => done(service.finishFiles(sessionId)),
    retryUploads: (sessionId) => done(service.retryUploads(sessionId)),
    cancelUploads: (sessionId) => done(service.cancelUploads(sessionId)),
    retryUpload: (sessionId, outputId) => done(service.retryUpload(sessionId, outputId)),
    copyLink: async (sessionId, outputId) => {
      const { url, expiresAt } = await service.link(sessionId, outputId);
      await clipboard.writeText(url);
      return { expiresAt };
    },
    replayWebhook: (sessionId, deliveryId) => service.replayWebhook(sessionId, deliveryId),
    getLanes: (sessionId) => service.lanes(sessionId),
    getPreviews: (sessionId, outputId) => service.previews(sessionId, outputId),
    getNotes: (sessionId) => service.review.notes(sessionId),
    getChat: (sessionId) => service.review.chat(sessionId),
    getExport: async () => service.exports.view,
    startExport: (sessionId, choice) => startExport(options, sessionId, choice),
    previewExport: async (sessionId, choice, atS) => {
      return { jpeg: new Uint8Array(await service.exports.still(sessionId, choice, atS)) };
    },
    cancelExport: () => done(service.exports.cancel()),
    dismissExport: async () => {
      service.exports.dismiss();
      return null;
    },
    showExport: async () => {
      const { file } = service.exports;
      if (file !== null) shell.showItemInFolder(file);
      return null;
    },
    saveNote: (sessionId, draft) => service.review.saveNote(sessionId, draft),
    removeNote: (sessionId, noteId) => service.review.removeNote(sessionId, noteId),
    openFolder: async (sessionId) => openPath(await dirOf(sessionId)),
    showItem: async (sessionId, outputId) => {
      const detail = await service.session(sessionId);
      const output = detail.session?.outputs.find((candidate) => candidate.output_id === outputId);
      if (output === undefined) return openPath(detail.dir);
      shell.showItemInFolder(join(detail.dir, output.file));
      return null;
    },
    importDropped: (paths) => service.library.importPaths(paths.filter((path) => isAbsolute(path))),
    importSessions: async () => {
      const dir = await showOpen(options.window(), {
        title: texts.dialogs.bringRecordingsIntoThe,
        buttonLabel: texts.dialogs.importWord,
        properties: ['openDirectory'],
      });
      return dir === null ? null : service.library.importPaths([dir]);
    },
    trashSessions: (sessionIds) => done(service.library.trash(sessionIds)),
    rescanLibrary: () => done(service.library.rescan()),
    openLibrary: async () => openPath((await service.snapshot()).library.dir),
    chooseLibrary: () => chooseLibrary(options),
    importSettings: () => importSettings(options),
    exportSettings: () => exportSettings(options),
    getSettings: async () => service.settings.editable(),
    changeSettings: (change) => done(service.settings.change(change)),
    previewRoom: async (draft) => service.settings.previewRoom(draft),
    tryDestination: (change) => service.settings.tryDestination(change),
    tryWebhook: (change) => service.settings.tryWebhook(change),
    runPreflight: (check, url) => service.setup.preflight(check, url),
    takeRecordRequest: async () => {
      const url = options.takeRecordRequest();
      return url === null ? null : { url };
    },
    checkUpdates: async () => {
      void service.updates.check();
      return null;
    },
    installUpdate: () => done(service.updates.install()),
    saveDiagnostics: () => saveDiagnostics(options),
    finishFirstRun: () => done(service.setup.finishFirstRun()),
    copyText: async (text) => {
      // Answers nothing on older Electrons, a promise on newer ones.
      await clipboard.writeText(text);
      return null;
    },
  };
}

const done = async (work: Promise<void>): Promise<null> => {
  await work;
  return null;
};

async function openPath(dir: string): Promise<null> {
  const problem = await shell.openPath(dir);
  if (problem !== '') {
    throw new RollcallError('DISK_FAILED', texts.dialogs.theFolderCouldNotBe(dir), texts.dialogs.checkThatItIsStill, {
      details: problem,
    });
  }
  return null;
}

async function chooseLibrary({ service, window }: IpcOptions): Promise<{ dir: string } | null> {
  const { library } = await service.snapshot();
  const dir = await showOpen(window(), {
    title: texts.dialogs.whereRecordingsAreKept,
    buttonLabel: texts.dialogs.keepRecordingsHere,
    defaultPath: library.dir,
    properties: ['openDirectory', 'createDirectory'],
  });
  if (dir === null) return null;
  await service.setLibrary(dir);
  return { dir };
}

async function importSettings({ service, window }: IpcOptions): Promise<ChannelResults['importSettings']> {
  const file = await showOpen(window(), {
    title: texts.dialogs.importTemplatesRoomsAnd,
    buttonLabel: texts.dialogs.importWord,
    filters: [{ name: texts.dialogs.rollcallSettings, extensions: ['json'] }],
    properties: ['openFile'],
  });
  return file === null ? null : service.settings.importFile(file);
}

async function startExport(
  { service, window }: IpcOptions,
  sessionId: string,
  choice: ExportOptions,
): Promise<ChannelResults['startExport']> {
  service.exports.assertFree();
  const { summary } = await service.session(sessionId);
  const day = summary.startedAt.slice(0, 10);
  const room = summary.roomName.replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ').trim() || texts.dialogs.recording;
  const file = await showSave(window(), {
    title: choice.soundOnly ? texts.dialogs.exportTheSound : texts.dialogs.exportAVideo,
    buttonLabel: texts.dialogs.exportWord,
    defaultPath: `${room.slice(0, 80)} ${day}.${choice.soundOnly ? 'm4a' : 'mp4'}`,
    filters: [
      choice.soundOnly
        ? { name: texts.dialogs.sound, extensions: ['m4a'] }
        : { name: texts.dialogs.video, extensions: ['mp4'] },
    ],
  });
  if (file === null) return null;
  await service.exports.start(sessionId, choice, file);
  return { name: basename(file) };
}

async function exportSettings({ service, window }: IpcOptions): Promise<ChannelResults['exportSettings']> {
  const file = await showSave(window(), {
    title: texts.dialogs.exportTemplatesRoomsAnd,
    buttonLabel: texts.dialogs.exportWord,
    defaultPath: 'rollcall-settings.json',
    filters: [{ name: texts.dialogs.rollcallSettings, extensions: ['json'] }],
  });
  if (file === null) return null;
  await service.settings.exportFile(file);
  return { file: basename(file) };
}

/** What helps to find a defect, as one file that people can read before they send it. */
async function saveDiagnostics({ service, window }: IpcOptions): Promise<ChannelResults['saveDiagnostics']> {
  const file = await showSave(window(), {
    title: texts.dialogs.saveDiagnosticsWithout,
    buttonLabel: texts.dialogs.save,
    defaultPath: 'rollcall-diagnostics.json',
    filters: [{ name: texts.dialogs.text, extensions: ['json'] }],
  });
  if (file === null) return null;
  const text = diagnostics(await service.snapshot(), await service.sessions(), service.live());
  await writeFile(file, text, { mode: 0o600 }).catch((error: unknown) => {
    throw new RollcallError('DISK_FAILED', texts.dialogs.cannotBeWritten(file), texts.dialogs.chooseAnotherFolder, {
      details: String(error),
    });
  });
  return { file: basename(file) };
}

async function showSave(window: BrowserWindow | null, options: Electron.SaveDialogOptions): Promise<string | null> {
  const answer = window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  return answer.canceled || answer.filePath === '' ? null : answer.filePath;
}

async function showOpen(window: BrowserWindow | null, options: Electron.OpenDialogOptions): Promise<string | null> {
  const answer = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}
