import type { ImportedSessions, IpcResult, RollcallApi } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { Busy, UiStore } from './store.ts';

/** What is done with the library as a whole, or with several recordings of it at once. */
export interface LibraryActions {
  /** Begins or ends choosing; nothing is chosen then. */
  toggleSelecting(): void;
  toggleSelected(sessionId: string): void;
  selectAll(sessionIds: readonly string[]): void;
  /** Asks before anything goes to the bin. */
  askToTrash(sessionIds: readonly string[]): void;
  trash(): Promise<void>;
  importFolder(): Promise<void>;
  importDropped(files: readonly File[]): Promise<void>;
  rescan(): Promise<void>;
}

type Ask = <Value>(call: () => Promise<IpcResult<Value>>, busy?: Busy) => Promise<{ value: Value } | null>;

export function createLibraryActions(
  store: UiStore,
  api: RollcallApi,
  ask: Ask,
  notify: (message: string) => void,
): LibraryActions {
  const get = store.getState;
  const set = store.setState;

  function tell({ imported, skipped }: ImportedSessions): void {
    const [first] = skipped;
    if (first === undefined) notify(texts.library.imported(imported.length));
    else {
      set({
        error: {
          code: 'SESSION_INVALID',
          fault: 'usage',
          message: texts.library.importedInPart.message(imported.length, first.name, first.why, skipped.length - 1),
          remedy: texts.library.importedInPart.remedy,
          details: skipped.map(({ name, why }) => `${name}: ${why}`).join('\n'),
        },
      });
    }
  }

  return {
    toggleSelecting: () => set({ selected: get().selected === null ? new Set() : null }),
    toggleSelected: (sessionId) => {
      const next = new Set(get().selected ?? []);
      if (!next.delete(sessionId)) next.add(sessionId);
      set({ selected: next });
    },
    selectAll: (sessionIds) => set({ selected: new Set(sessionIds) }),
    askToTrash: (sessionIds) => set({ trashing: sessionIds.length === 0 ? null : sessionIds }),
    trash: async () => {
      const sessionIds = get().trashing ?? [];
      set({ trashing: null });
      const { view } = get();
      const moved = await ask(() => api.trashSessions([...sessionIds]));
      if (moved === null) return;
      set({ selected: null });
      if (view.screen === 'review') set({ view: { screen: 'library' } });
      notify(texts.library.bin.moved(sessionIds.length));
    },
    importFolder: async () => {
      const done = await ask(() => api.importSessions(), 'import');
      if (done?.value != null) tell(done.value);
    },
    importDropped: async (files) => {
      const paths = files.map((file) => api.pathOf(file)).filter((path) => path !== '');
      if (paths.length === 0) return;
      const done = await ask(() => api.importDropped(paths), 'import');
      if (done !== null) tell(done.value);
    },
    rescan: async () => {
      if ((await ask(() => api.rescanLibrary(), 'library')) !== null) notify(texts.library.rescanned);
    },
  };
}
