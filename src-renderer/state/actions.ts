import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type { WebhookDelivery } from '../../src-main/contract/session.ts';
import { formatDateTime } from './format.ts';
import type { IpcResult, RecordTarget, RollcallApi } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { createEditorActions, type EditorActions } from './editor-actions.ts';
import { isCapturing, isPaused } from './live-facts.ts';
import { LiveFeed } from './live-feed.ts';
import { createLibraryActions, type LibraryActions } from './library-actions.ts';
import { createExportActions, type ExportActions } from './export-actions.ts';
import { createReviewActions, type ReviewActions } from './review-actions.ts';
import { createSetupActions, type SetupActions } from './setup-actions.ts';
import type { Busy, DialogName, UiStore, View } from './store.ts';
import { keptLibraryView, type LibraryView } from './library-view.ts';
import { keptTheme, type ThemeChoice } from './theme-choice.ts';

/** Everything that a person can do in the window. Components call these and know nothing of IPC. */
export interface Actions extends EditorActions, ExportActions, LibraryActions, ReviewActions, SetupActions {
  show(view: View): void;
  openSession(sessionId: string, outputId?: string): void;
  setLink(link: string): void;
  setRoomSearch(text: string): void;
  setLibrarySearch(text: string): void;
  setTheme(choice: ThemeChoice): void;
  setLibraryView(view: LibraryView): void;
  openDialog(dialog: DialogName | null): void;
  focusSearch(): void;
  /** Calls `show` with each picture of a live track, as JPEG, from now on; returns how to stop. */
  seeTrack(trackId: string, show: (jpeg: Uint8Array) => void): () => void;
  takePicture(trackId: string, jpeg: Uint8Array): void;
  dismissError(): void;

  record(target: RecordTarget): Promise<void>;
  /** `R`: asks to stop where a recording runs, else goes to where one is started. */
  recordOrStop(): void;
  stop(): Promise<void>;
  /** `P`: pauses the recording under way, or goes on with it. */
  pauseOrResume(): Promise<void>;
  dismissLive(): Promise<void>;
  loadDetail(sessionId: string): Promise<void>;
  finishFiles(sessionId: string): Promise<void>;
  retryUploads(sessionId: string): Promise<void>;
  retryUpload(sessionId: string, outputId: string): Promise<void>;
  /** Retries everything that failed or waits. */
  retryAll(sessionIds: readonly string[]): Promise<void>;
  copyLink(sessionId: string, outputId: string): Promise<void>;
  replayWebhook(sessionId: string, deliveryId: string): Promise<void>;
  cancelUploads(sessionId: string): Promise<void>;
  openFolder(sessionId: string): Promise<void>;
  showItem(sessionId: string, outputId: string): Promise<void>;
  openLibrary(): Promise<void>;
  chooseLibrary(): Promise<void>;
  importSettings(): Promise<void>;
  copy(text: string, copied: string): Promise<void>;
}

/**
 * @param notify shows a short message of success; failures stay on the screen as `error` until they are put away.
 */
export function createActions(store: UiStore, api: RollcallApi, notify: (message: string) => void): Actions {
  const set = store.setState;
  const get = store.getState;

  /** Runs a call; an error goes to the screen and `null` comes back. */
  async function ask<Value>(call: () => Promise<IpcResult<Value>>, busy?: Busy): Promise<{ value: Value } | null> {
    if (busy !== undefined) {
      if (get().busy !== null) return null;
      set({ busy, error: null });
    }
    try {
      const result = await call();
      if (result.ok) return { value: result.value };
      set({ error: result.error });
      return null;
    } catch (thrown) {
      set({ error: bridgeError(thrown) });
      return null;
    } finally {
      if (busy !== undefined) set({ busy: null });
    }
  }

  async function loadDetail(sessionId: string): Promise<void> {
    const [result, lanes] = await Promise.all([api.getSession(sessionId), api.getLanes(sessionId)]);
    const { view } = get();
    if (view.screen !== 'review' || view.sessionId !== sessionId) return;
    set({ detail: result.ok ? { state: 'ready', value: result.value } : { state: 'failed', error: result.error } });
    set({ lanes: lanes.ok ? lanes.value : null });
    if (result.ok) void actions.loadPreviews(result.value);
  }

  /** Work that takes as long as it takes; everything else can go on meanwhile. */
  async function workOn(sessionId: string, call: () => Promise<IpcResult<null>>): Promise<void> {
    if (get().working.has(sessionId)) return;
    set((state) => ({ working: new Set(state.working).add(sessionId), error: null }));
    const result = await call().catch((thrown: unknown) => ({ ok: false, error: bridgeError(thrown) }) as const);
    set((state) => ({ working: new Set([...state.working].filter((each) => each !== sessionId)) }));
    await loadDetail(sessionId);
    const { detail } = get();
    const told = detail.state === 'ready' && detail.value.summary.error !== null;
    // What failed is mostly told by the session itself, beside the button that tries again.
    if (!result.ok && !told) set({ error: result.error });
  }

  const feed = new LiveFeed((trackIds) => api.watchTracks([...trackIds]));

  const actions: Actions = {
    seeTrack: (trackId, show) => feed.see(trackId, show),
    takePicture: (trackId, jpeg) => feed.take(trackId, jpeg),
    ...createEditorActions(store, api, ask, notify),
    ...createLibraryActions(store, api, ask, notify),
    ...createExportActions(store, api, ask),
    ...createReviewActions(store, api, ask, notify),
    ...createSetupActions(store, api, ask, notify),
    show: (view) => set({ view, error: null }),
    openSession: (sessionId, outputId) => {
      set({
        view: { screen: 'review', sessionId, outputId: outputId ?? null },
        detail: { state: 'loading' },
        lanes: null,
        notes: null,
        chat: null,
        previews: new Map(),
        reviewMode: 'one',
        reviewSide: 'files',
        error: null,
      });
      void loadDetail(sessionId);
      void actions.loadNotes(sessionId);
      void actions.loadChat(sessionId);
    },
    setLink: (link) => set({ link }),
    setRoomSearch: (roomSearch) => set({ roomSearch }),
    setLibrarySearch: (librarySearch) => set({ librarySearch }),
    setLibraryView: (libraryView) => {
      keptLibraryView.keep(libraryView);
      set({ libraryView });
    },
    setTheme: (theme) => {
      keptTheme.keep(theme);
      set({ theme });
    },
    openDialog: (dialog) => set({ dialog }),
    focusSearch: () => {
      const { screen } = get().view;
      if (screen !== 'rooms' && screen !== 'library') set({ view: { screen: 'library' } });
      set((state) => ({ searchFocus: state.searchFocus + 1 }));
    },
    dismissError: () => set({ error: null }),

    record: async (target) => {
      const accepted = await ask(() => api.startRecording(target), 'record');
      set({ requested: null });
      if (accepted !== null) set({ view: { screen: 'live' }, link: '' });
    },
    recordOrStop: () => {
      if (isCapturing(get().live)) set({ view: { screen: 'live' }, dialog: 'stop' });
      else set((state) => ({ view: { screen: 'rooms' }, linkFocus: state.linkFocus + 1 }));
    },
    stop: async () => {
      set({ dialog: null });
      await ask(() => api.stopRecording(), 'stop');
    },
    pauseOrResume: async () => {
      const { live } = get();
      if (!isCapturing(live) || live?.phase === 'joining') return;
      await ask(() => (isPaused(live) ? api.resumeRecording() : api.pauseRecording()), 'pause');
    },
    dismissLive: async () => {
      await ask(() => api.dismissLive());
    },
    loadDetail,
    finishFiles: (sessionId) => workOn(sessionId, () => api.finishFiles(sessionId)),
    retryUploads: (sessionId) => workOn(sessionId, () => api.retryUploads(sessionId)),
    retryUpload: (sessionId, outputId) => workOn(sessionId, () => api.retryUpload(sessionId, outputId)),
    retryAll: async (sessionIds) => {
      // One after the other: each has the whole line to itself.
      for (const sessionId of sessionIds) await workOn(sessionId, () => api.retryUploads(sessionId));
    },
    copyLink: async (sessionId, outputId) => {
      const copied = await ask(() => api.copyLink(sessionId, outputId));
      if (copied !== null) notify(texts.shell.linkCopied(formatDateTime(copied.value.expiresAt)));
    },
    replayWebhook: async (sessionId, deliveryId) => {
      const sent = await ask(() => api.replayWebhook(sessionId, deliveryId));
      if (sent !== null) notify(answerWords(sent.value));
      await loadDetail(sessionId);
    },
    cancelUploads: async (sessionId) => {
      if ((await ask(() => api.cancelUploads(sessionId))) !== null) await loadDetail(sessionId);
    },
    openFolder: async (sessionId) => {
      await ask(() => api.openFolder(sessionId));
    },
    showItem: async (sessionId, outputId) => {
      await ask(() => api.showItem(sessionId, outputId));
    },
    openLibrary: async () => {
      await ask(() => api.openLibrary());
    },
    chooseLibrary: async () => {
      const chosen = await ask(() => api.chooseLibrary(), 'library');
      if (chosen?.value != null) notify(texts.shell.libraryMoved(chosen.value.dir));
    },
    importSettings: async () => {
      const imported = await ask(() => api.importSettings(), 'import');
      if (imported?.value == null) return;
      const { file, rooms, templates } = imported.value;
      notify(texts.shell.settingsImported(file, rooms, templates));
    },
    copy: async (text, copied) => {
      if ((await ask(() => api.copyText(text))) !== null) notify(copied);
    },
  };
  return actions;
}

/** What the receiver of a webhook said to the last attempt. */
function answerWords(delivery: WebhookDelivery | null): string {
  const last = delivery?.attempts.at(-1);
  if (last === undefined) return texts.review.webhook.nothingSent;
  return last.status === null
    ? texts.review.webhook.noAnswerOf(last.excerpt)
    : texts.review.webhook.answered(last.status);
}

/** A call that did not even reach main. */
const bridgeError = (thrown: unknown): ErrorRecord => ({
  code: 'INTERNAL',
  fault: 'ours',
  message: texts.shell.unreachable.message,
  remedy: texts.shell.unreachable.remedy,
  details: String(thrown),
});
