import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';
import type { AppChange, ChannelName, RollcallApi } from '../contract/ipc.ts';

/**
 * The bridge into the window. Only types come from the contract: its schemas run in main, so that this file stays one
 * small bundle. Nothing of `ipcRenderer` itself is handed out.
 */

const CHANNELS = {
  getSnapshot: true,
  getLive: true,
  listSessions: true,
  getSession: true,
  startRecording: true,
  stopRecording: true,
  pauseRecording: true,
  resumeRecording: true,
  dismissLive: true,
  watchTracks: true,
  finishFiles: true,
  retryUploads: true,
  cancelUploads: true,
  retryUpload: true,
  copyLink: true,
  replayWebhook: true,
  getLanes: true,
  getPreviews: true,
  getNotes: true,
  getChat: true,
  getExport: true,
  startExport: true,
  previewExport: true,
  cancelExport: true,
  dismissExport: true,
  showExport: true,
  saveNote: true,
  removeNote: true,
  openFolder: true,
  showItem: true,
  importDropped: true,
  importSessions: true,
  trashSessions: true,
  rescanLibrary: true,
  openLibrary: true,
  chooseLibrary: true,
  importSettings: true,
  exportSettings: true,
  getSettings: true,
  changeSettings: true,
  previewRoom: true,
  tryDestination: true,
  tryWebhook: true,
  runPreflight: true,
  finishFirstRun: true,
  takeRecordRequest: true,
  checkUpdates: true,
  installUpdate: true,
  saveDiagnostics: true,
  copyText: true,
} satisfies Record<ChannelName, true>;

const invokers = Object.fromEntries(
  Object.keys(CHANNELS).map((name) => [
    name,
    (...args: unknown[]): Promise<unknown> => ipcRenderer.invoke(`rollcall:${name}`, ...args),
  ]),
) as Omit<RollcallApi, 'onChange' | 'pathOf'>;

const api: RollcallApi = {
  ...invokers,
  // A page may not know where a file lies; main asks for the path of what was dropped, and of nothing else.
  pathOf: (file) => webUtils.getPathForFile(file as File),
  onChange(listener) {
    const forward = (_event: IpcRendererEvent, change: AppChange): void => listener(change);
    ipcRenderer.on('rollcall:change', forward);
    return () => {
      ipcRenderer.off('rollcall:change', forward);
    };
  },
};

contextBridge.exposeInMainWorld('rollcall', api);
