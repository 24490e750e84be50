import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type { IpcResult, RollcallApi } from '../../src-main/contract/ipc.ts';
import { exportDraft, exportOptions, type ExportDraft } from './export-draft.ts';
import type { UiStore } from './store.ts';

/** Making a file of a recording for oneself. */
export interface ExportActions {
  /** @param atMs where the player is: the preview looks there. */
  openExport(sessionId: string, atMs: number): void;
  editExport(over: Partial<ExportDraft>): void;
  closeExport(): void;
  startExport(): Promise<void>;
  cancelExport(): Promise<void>;
  dismissExport(): Promise<void>;
  showExport(): Promise<void>;
}

/** One picture of what would be exported. */
export type Still =
  { state: 'loading' } | { state: 'ready'; jpeg: Uint8Array<ArrayBuffer> } | { state: 'failed'; error: ErrorRecord };

type Ask = <Value>(call: () => Promise<IpcResult<Value>>) => Promise<{ value: Value } | null>;

/** After the last change, before a picture is made. */
const STILL_AFTER_MS = 400;

export function createExportActions(store: UiStore, api: RollcallApi, ask: Ask): ExportActions {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const people = (): number => {
    const { detail } = store.getState();
    return detail.state === 'ready' ? (detail.value.session?.peers.length ?? 0) : 0;
  };
  const lookLater = (): void => {
    clearTimeout(timer);
    store.setState({ still: { state: 'loading' } });
    timer = setTimeout(() => void look(), STILL_AFTER_MS);
  };
  const look = async (): Promise<void> => {
    const { exportDraft: draft } = store.getState();
    const options = draft && exportOptions(draft, people());
    if (!draft || !options || draft.soundOnly) return;
    const result = await api.previewExport(draft.sessionId, options, draft.atS);
    // Something else has been chosen meanwhile: its own picture comes.
    if (store.getState().exportDraft !== draft) return;
    store.setState({
      still: result.ok ? { state: 'ready', jpeg: result.value.jpeg } : { state: 'failed', error: result.error },
    });
  };
  return {
    openExport: (sessionId, atMs) => {
      store.setState({ exportDraft: exportDraft(sessionId, Math.max(0, atMs) / 1000) });
      lookLater();
    },
    editExport: (over) => {
      const { exportDraft: draft } = store.getState();
      if (!draft) return;
      store.setState({ exportDraft: { ...draft, ...over } });
      lookLater();
    },
    closeExport: () => {
      clearTimeout(timer);
      store.setState({ exportDraft: null });
    },
    startExport: async () => {
      const { exportDraft: draft } = store.getState();
      const options = draft && exportOptions(draft, people());
      if (!draft || !options) return;
      const started = await ask(() => api.startExport(draft.sessionId, options));
      if (started?.value != null) store.setState({ exportDraft: null });
    },
    cancelExport: async () => {
      await ask(() => api.cancelExport());
    },
    dismissExport: async () => {
      await ask(() => api.dismissExport());
    },
    showExport: async () => {
      await ask(() => api.showExport());
    },
  };
}
