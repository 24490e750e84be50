import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type { IpcResult, RollcallApi } from '../../src-main/contract/ipc.ts';
import type { SettingsChange } from '../../src-main/contract/settings-change.ts';
import type { RoomRecording, Settings } from '../../src-main/contract/settings.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import {
  changeOf,
  hostedDraft,
  installationWebhookDraft,
  missingIn,
  recorderDraft,
  roomDraft,
  roomValue,
  templateDraft,
  updatesDraft,
  type EditorDraft,
} from './drafts.ts';
import { NOT_TRIED, type Editor, type Loadable, type Trials, type TrialValue, type UiStore } from './store.ts';

/** Editing of the settings: one form at a time, in the store, so that nothing typed is lost to a redraw. */
export interface EditorActions {
  editTemplate(id: string | null): Promise<void>;
  /** `url`: the link that a new room begins with. */
  editRoom(id: string | null, url?: string): Promise<void>;
  editHosted(): Promise<void>;
  editWebhook(): Promise<void>;
  /** Where newer versions of the app come from. */
  editUpdates(): Promise<void>;
  checkUpdates(): Promise<void>;
  /** Closes the app, installs what is ready and starts it. */
  installUpdate(): Promise<void>;
  /** Does what an upload does on the destination in the form. */
  tryDestination(): Promise<void>;
  /** Sends a test event to the webhook in the form. */
  tryWebhook(): Promise<void>;
  /** The recorder's name in calls, and what people are told. */
  editRecorder(): Promise<void>;
  changeDraft(draft: EditorDraft): void;
  saveDraft(): Promise<void>;
  /** Removes what the form shows: a template, a room, hosted storage, the webhook. */
  removeDraft(): Promise<void>;
  closeEditor(): void;
  setTemplateEnabled(id: string, enabled: boolean): Promise<void>;
  setRoomRecording(id: string, recording: RoomRecording): Promise<void>;
  setUploads(value: UploadsChange): Promise<void>;
  setComposite(value: ChangeOf<'composite'>): Promise<void>;
  setEncoding(value: ChangeOf<'encoding'>): Promise<void>;
  /** Asks before such a rule is kept; null: not any more. */
  askToRetain(days: number | null): void;
  /** Days after delivery that recordings go to the bin; null: they are kept. */
  setRetention(days: number | null): Promise<void>;
  exportSettings(): Promise<void>;
}

type ChangeOf<Kind extends SettingsChange['kind']> = Extract<SettingsChange, { kind: Kind; value: unknown }>['value'];
type UploadsChange = ChangeOf<'uploads'>;
type Ask = <Value>(call: () => Promise<IpcResult<Value>>) => Promise<{ value: Value } | null>;

/** After the last key, before main is asked what a room would do. */
const PREVIEW_AFTER_MS = 120;

export function createEditorActions(
  store: UiStore,
  api: RollcallApi,
  ask: Ask,
  notify: (message: string) => void,
): EditorActions {
  const set = store.setState;
  const get = store.getState;
  let previewTimer: ReturnType<typeof setTimeout> | undefined;

  async function open(make: (settings: Settings) => EditorDraft): Promise<void> {
    const loaded = await ask(() => api.getSettings());
    if (loaded === null) return;
    const { settings, missingSecrets } = loaded.value;
    const templates = settings.templates.map(({ id, name }) => ({ id, name }));
    set({ editor: { draft: make(settings), templates, missingSecrets, saving: false, error: null, ...NOT_TRIED } });
    preview();
  }

  /** Asks main what the room in the form would do, and puts the answer into the form. */
  function preview(): void {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => {
      const asked = get().editor?.draft;
      if (asked?.kind !== 'room') return;
      void api.previewRoom(roomValue(asked)).then((result) => {
        const { editor } = get();
        if (editor?.draft !== asked || !result.ok) return;
        set({ editor: { ...editor, draft: { ...asked, preview: result.value } } });
      });
    }, PREVIEW_AFTER_MS);
  }

  /** Sends a change; an error stays in the form, with all that was typed. */
  async function send(change: SettingsChange, done: string): Promise<void> {
    const { editor } = get();
    if (editor === null || editor.saving) return;
    set({ editor: { ...editor, saving: true, error: null } });
    const result = await api.changeSettings(change);
    if (result.ok) {
      set({ editor: null });
      notify(done);
    } else setEditorError(result.error);
  }

  function setEditorError(error: ErrorRecord): void {
    const { editor } = get();
    if (editor !== null) set({ editor: { ...editor, saving: false, error } });
  }

  /** Tries what the form says now; the answer to a form that was changed meanwhile is none. */
  async function attempt<Name extends keyof Trials>(
    name: Name,
    call: (change: SettingsChange) => Promise<IpcResult<TrialValue<Name>>>,
  ): Promise<void> {
    const { editor } = get();
    if (editor === null || missingIn(editor.draft) !== null) return;
    const begun: Loadable<TrialValue<Name>> = { state: 'loading' };
    set({ editor: { ...editor, [name]: begun } });
    const result = await call(changeOf(editor.draft));
    const now = get().editor;
    if (now === null || now[name] !== begun) return;
    const shown: Loadable<TrialValue<Name>> = result.ok
      ? { state: 'ready', value: result.value }
      : { state: 'failed', error: result.error };
    set({ editor: { ...now, [name]: shown } });
  }

  return {
    editTemplate: (id) => open((settings) => templateDraft(settings, id)),
    editRoom: (id, url) => open((settings) => roomDraft(settings, id, url)),
    editHosted: () => open(hostedDraft),
    editRecorder: () => open(recorderDraft),
    editWebhook: () => open(installationWebhookDraft),
    editUpdates: () => open(updatesDraft),
    checkUpdates: async () => {
      await ask(() => api.checkUpdates());
    },
    installUpdate: async () => {
      await ask(() => api.installUpdate());
    },
    tryDestination: () => attempt('destinationTrial', (change) => api.tryDestination(change)),
    tryWebhook: () => attempt('webhookTrial', (change) => api.tryWebhook(change)),
    changeDraft: (draft) => {
      const { editor } = get();
      if (editor === null) return;
      set({ editor: { ...editor, draft, error: null, ...stillTrue(editor, draft) } });
      preview();
    },
    saveDraft: async () => {
      const draft = get().editor?.draft;
      if (draft !== undefined) await send(changeOf(draft), texts.editor.saved);
    },
    removeDraft: async () => {
      const draft = get().editor?.draft;
      if (draft === undefined) return;
      const change = removalOf(draft);
      if (change !== null) await send(change, texts.editor.removed);
    },
    closeEditor: () => set({ editor: null }),
    setTemplateEnabled: async (id, enabled) => {
      await ask(() => api.changeSettings({ kind: 'template', value: { id, recording: { enabled } } }));
    },
    setRoomRecording: async (id, recording) => {
      await ask(() => api.changeSettings({ kind: 'room', value: { id, recording } }));
    },
    setUploads: async (value) => {
      await ask(() => api.changeSettings({ kind: 'uploads', value }));
    },
    setComposite: async (value) => {
      await ask(() => api.changeSettings({ kind: 'composite', value }));
    },
    setEncoding: async (value) => {
      await ask(() => api.changeSettings({ kind: 'encoding', value }));
    },
    askToRetain: (retaining) => set({ retaining }),
    setRetention: async (days) => {
      set({ retaining: null });
      await ask(() => api.changeSettings({ kind: 'retention', value: { delivered_days: days } }));
    },
    exportSettings: async () => {
      const exported = await ask(() => api.exportSettings());
      if (exported?.value != null) notify(texts.shell.written(exported.value.file));
    },
  };
}

/** What was found out of a destination or webhook that the change leaves as it is. */
function stillTrue(editor: Editor, draft: EditorDraft): Trials {
  const storeOf = (of: EditorDraft): unknown => ('store' in of ? of.store : null);
  const webhookOf = (of: EditorDraft): unknown => ('webhook' in of ? of.webhook : null);
  return {
    destinationTrial: storeOf(draft) === storeOf(editor.draft) ? editor.destinationTrial : null,
    webhookTrial: webhookOf(draft) === webhookOf(editor.draft) ? editor.webhookTrial : null,
  };
}

function removalOf(draft: EditorDraft): SettingsChange | null {
  switch (draft.kind) {
    case 'template':
      return draft.id === null ? null : { kind: 'remove-template', id: draft.id };
    case 'room':
      return draft.id === null ? null : { kind: 'remove-room', id: draft.id };
    case 'hosted':
    case 'recorder':
    case 'updates':
    case 'webhook':
      return { kind: draft.kind, value: null };
  }
}
