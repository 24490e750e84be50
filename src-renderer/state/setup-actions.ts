import { PREFLIGHT_ORDER } from './words.ts';
import type { IpcResult, RollcallApi } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { recorderChange } from './drafts.ts';
import type { UiStore, Welcome } from './store.ts';

/** The first steps, and the checks of this computer. */
export interface SetupActions {
  setWelcome(part: Partial<Welcome>): void;
  /** Keeps what was said so far and goes on to storage. */
  keepRecorder(): Promise<void>;
  /** Done or skipped: on to Rooms, and never shown again. */
  leaveWelcome(): Promise<void>;
  /** Asks main for the call that a deep link proposes, and the user whether to record it. */
  takeRequest(): Promise<void>;
  refuseRequest(): void;
  saveDiagnostics(): Promise<void>;
  setPreflightUrl(url: string): void;
  runPreflight(): Promise<void>;
}

type Ask = <Value>(call: () => Promise<IpcResult<Value>>) => Promise<{ value: Value } | null>;

export function createSetupActions(
  store: UiStore,
  api: RollcallApi,
  ask: Ask,
  notify: (message: string) => void,
): SetupActions {
  const get = store.getState;
  const set = store.setState;
  const setWelcome = (part: Partial<Welcome>): void => set({ welcome: { ...get().welcome, ...part } });
  return {
    setWelcome,
    keepRecorder: async () => {
      set({ error: null });
      if ((await ask(() => api.changeSettings(recorderChange(get().welcome)))) !== null) setWelcome({ step: 2 });
    },
    leaveWelcome: async () => {
      set({ view: { screen: 'rooms' }, error: null });
      await ask(() => api.finishFirstRun());
    },
    takeRequest: async () => {
      const result = await ask(() => api.takeRecordRequest());
      if (result?.value != null) set({ requested: result.value.url });
    },
    refuseRequest: () => set({ requested: null }),
    saveDiagnostics: async () => {
      const saved = await ask(() => api.saveDiagnostics());
      if (saved?.value != null) notify(texts.shell.written(saved.value.file));
    },
    setPreflightUrl: (url) => set({ preflight: { ...get().preflight, url } }),
    runPreflight: async () => {
      if (get().preflight.running !== null) return;
      const url = get().preflight.url.trim();
      set({ preflight: { ...get().preflight, results: [] } });
      // One after the other: two at once would measure each other.
      for (const check of PREFLIGHT_ORDER) {
        set({ preflight: { ...get().preflight, running: check } });
        const result = await ask(() => api.runPreflight(check, url === '' ? null : url));
        const { preflight } = get();
        set({
          preflight: {
            ...preflight,
            results: result === null ? preflight.results : [...preflight.results, result.value],
          },
        });
      }
      set({ preflight: { ...get().preflight, running: null } });
    },
  };
}
