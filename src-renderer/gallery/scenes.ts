import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import {
  emptyStore,
  hostedDraft,
  installationWebhookDraft,
  roomDraft,
  templateDraft,
  type EditorDraft,
  type RoomFormDraft,
} from '../state/drafts.ts';
import { exportDraft } from '../state/export-draft.ts';
import { CONSENT, NOT_TRIED, type Editor, type UiState, type Welcome } from '../state/store.ts';
import * as sample from './fixtures.ts';
import { progressOf } from './progress-scenes.ts';
import { deniedTrial, goodTrial, updateStates } from './trial-scenes.ts';

const ready = <Value>(value: Value) => ({ state: 'ready', value }) as const;
const base: Partial<UiState> = {
  snapshot: ready(sample.snapshot),
  sessions: ready(sample.sessions(60)),
  progress: progressOf(sample.sessions(60)),
};
const libraryError: ErrorRecord = {
  code: 'DISK_FAILED',
  fault: 'disk',
  message: 'The library "/media/ada/Archive/Rollcall" is not there.',
  remedy: 'Plug in its disk, or choose another folder.',
};
const reviewOf = (state: string, over: Partial<UiState> = {}): Partial<UiState> => {
  const summary = [...sample.sessions(60).values()].find((each) => each.state === state);
  if (summary === undefined) return {};
  return {
    ...base,
    view: { screen: 'review', sessionId: summary.sessionId, outputId: null },
    detail: ready(sample.detailWithWebhooks(summary)),
    lanes: state === 'broken' || state === 'interrupted' ? null : sample.lanes,
    notes: sample.notes,
    chat: sample.chat,
    previews: sample.previews,
    ...over,
  };
};
const editing = (draft: EditorDraft, over: Partial<Editor> = {}, screen: 'rooms' | 'settings' = 'settings') => ({
  ...base,
  view: { screen },
  editor: {
    draft,
    templates: sample.settings.templates.map(({ id, name }) => ({ id, name })),
    missingSecrets: [],
    saving: false,
    error: null,
    ...NOT_TRIED,
    ...over,
  },
});
const roomOf = (name: string): RoomFormDraft => {
  const room = sample.rooms.find((each) => each.name === name);
  return { ...roomDraft(sample.settings, room?.id ?? null), preview: room?.effective ?? null };
};
const settingsError: ErrorRecord = {
  code: 'SETTINGS_INVALID',
  fault: 'usage',
  message: 'webhook.url must be an http(s) URL: it is "ftp://hooks.example.net/in".',
  remedy: 'Enter the address with http:// or https://, then save.',
};
const liveAs = (live: UiState['live'], over: Partial<UiState> = {}): Partial<UiState> => ({
  ...base,
  view: { screen: 'live' },
  live,
  ...over,
});

const welcomeAt = (step: Welcome['step'], over: Partial<UiState> = {}): Partial<UiState> => ({
  snapshot: ready(sample.emptySnapshot),
  view: { screen: 'welcome' },
  welcome: { step, name: '', consent: CONSENT },
  ...over,
});

/** Every screen in every state that it can be in. */
export const SCENES: Record<string, Partial<UiState>> = {
  'welcome-folder': { snapshot: ready(sample.emptySnapshot), view: { screen: 'welcome' } },
  'welcome-folder-gone': {
    snapshot: ready({
      ...sample.emptySnapshot,
      library: { ...sample.emptySnapshot.library, freeBytes: null, error: libraryError },
    }),
    view: { screen: 'welcome' },
  },
  'welcome-name': welcomeAt(1),
  'welcome-storage': welcomeAt(2),
  'welcome-checking': welcomeAt(2, { preflight: { url: 'x', running: 'join', results: sample.preflight.slice(0, 2) } }),
  preflight: {
    ...base,
    view: { screen: 'settings' },
    dialog: 'preflight',
    preflight: { url: '', running: null, results: sample.preflight },
  },
  rooms: { ...base },
  'rooms-empty': { snapshot: ready(sample.emptySnapshot), sessions: ready(new Map()) },
  'rooms-loading': {},
  'rooms-error': { ...base, error: sample.joinError, link: 'https://sfu.example.net/?roomId=friday' },
  'rooms-no-match': { ...base, roomSearch: 'zebra' },
  'rooms-recording': { ...base, live: sample.live },
  'live-none': { ...base, view: { screen: 'live' } },
  'live-joining': liveAs({ ...sample.live, phase: 'joining', elapsedMs: 0, peers: [] }),
  'live-waiting': liveAs({ ...sample.live, phase: 'waiting-for-peers', elapsedMs: 0, capturedBytes: 0, peers: [] }),
  live: liveAs(sample.live),
  'live-warning': liveAs({
    ...sample.live,
    diskFreeBytes: 900_000_000,
    warnings: [{ code: 'RECONNECTING', message: 'The connection to the call was lost 4 s ago. Joining again…' }],
  }),
  'live-stop': liveAs(sample.live, { dialog: 'stop' }),
  'live-finalizing': liveAs(sample.liveFinalizing),
  'live-uploading': liveAs(sample.liveUploading),
  'live-done': liveAs(sample.liveDone),
  'live-failed': liveAs({
    ...sample.live,
    phase: 'failed',
    error: sample.joinError,
    peers: [],
    elapsedMs: 0,
    sessionId: null,
  }),
  library: { ...base, view: { screen: 'library' } },
  offline: { ...base, offline: true },
  'library-offline': { ...base, offline: true, view: { screen: 'library' } },
  'record-request': { ...base, requested: 'https://sfu.example.net/?roomId=somebody-elses-very-long-room-name-0001' },
  'library-grid': { ...base, view: { screen: 'library' }, libraryView: 'grid' },
  'library-grid-selecting': {
    ...base,
    view: { screen: 'library' },
    libraryView: 'grid',
    selected: new Set([...sample.sessions(60).keys()].slice(0, 3)),
  },
  'library-selecting': {
    ...base,
    view: { screen: 'library' },
    selected: new Set([...sample.sessions(60).keys()].slice(0, 3)),
  },
  'library-bin': {
    ...base,
    view: { screen: 'library' },
    selected: new Set(),
    trashing: [...sample.sessions(60).keys()].slice(0, 6),
  },
  'library-bin-one': { ...base, view: { screen: 'library' }, trashing: [...sample.sessions(60).keys()].slice(1, 2) },
  'library-5000': { ...base, sessions: ready(sample.sessions(5000)), view: { screen: 'library' } },
  'library-empty': { ...base, sessions: ready(new Map()), view: { screen: 'library' } },
  'library-loading': { snapshot: ready(sample.snapshot), view: { screen: 'library' } },
  'library-no-match': { ...base, librarySearch: 'zebra', view: { screen: 'library' } },
  'library-gone': {
    snapshot: ready({
      ...sample.snapshot,
      library: {
        ...sample.snapshot.library,
        freeBytes: null,
        error: libraryError,
      },
    }),
    sessions: ready(new Map()),
    view: { screen: 'library' },
  },
  'review-delivered': reviewOf('delivered'),
  'review-uploading': reviewOf('uploading'),
  'review-failed': reviewOf('failed'),
  'review-interrupted': reviewOf('interrupted'),
  'review-broken': reviewOf('broken'),
  settings: { ...base, view: { screen: 'settings' } },
  'settings-retention': { ...base, view: { screen: 'settings' }, retaining: 7 },
  'settings-retention-kept': { ...base, snapshot: ready(sample.keptSnapshot), view: { screen: 'settings' } },
  'settings-empty': { snapshot: ready(sample.emptySnapshot), view: { screen: 'settings' } },
  'review-loading': reviewOf('delivered', { detail: { state: 'loading' } }),
  'review-gone': reviewOf('delivered', {
    detail: { state: 'failed', error: { ...libraryError, message: 'The library has no session 0000…1.' } },
  }),
  'review-local': reviewOf('local'),
  'review-waiting': reviewOf('waiting'),
  'review-finalizing': reviewOf('finalizing'),
  'review-streams': reviewOf('delivered', { reviewMode: 'streams' }),
  'review-chat': reviewOf('delivered', { reviewSide: 'chat' }),
  'review-export': reviewOf('delivered', { exportDraft: exportDraft('1', 12) }),
  'review-export-wrong': reviewOf('delivered', {
    exportDraft: { ...exportDraft('1', 12), from: '2:00', to: '1:00', soundOnly: true },
  }),
  'review-exporting': reviewOf('delivered', { exported: sample.exporting }),
  'review-exported': reviewOf('delivered', { exported: { ...sample.exporting, state: 'done', progress: 1 } }),
  'review-notes': reviewOf('delivered', { reviewSide: 'notes' }),
  'review-notes-empty': reviewOf('delivered', { reviewSide: 'notes', notes: [] }),
  'review-webhook': reviewOf('failed', { reviewSide: 'webhook' }),
  'review-busy': reviewOf('failed', { working: new Set([...sample.sessions(60).keys()]) }),
  queue: { ...base, sessions: ready(sample.sessions(10)), view: { screen: 'queue' } },
  'queue-paused': {
    ...base,
    snapshot: ready(sample.pausedSnapshot),
    sessions: ready(sample.sessions(10)),
    view: { screen: 'queue' },
  },
  'queue-empty': { ...base, sessions: ready(new Map()), view: { screen: 'queue' } },
  'queue-5000': { ...base, sessions: ready(sample.sessions(5000)), view: { screen: 'queue' } },
  'queue-loading': { snapshot: ready(sample.snapshot), view: { screen: 'queue' } },
  'queue-failed': { ...base, sessions: { state: 'failed', error: libraryError }, view: { screen: 'queue' } },
  'library-failed': { ...base, sessions: { state: 'failed', error: libraryError }, view: { screen: 'library' } },
  'settings-loading': { view: { screen: 'settings' } },
  'settings-failed': { snapshot: { state: 'failed', error: libraryError }, view: { screen: 'settings' } },
  'settings-error': { ...base, error: settingsError, view: { screen: 'settings' } },
  'edit-template-new': editing(templateDraft({ ...sample.settings, templates: [] }, null)),
  'edit-template': editing(templateDraft(sample.settings, 'classes')),
  'edit-room-new': editing({ ...roomDraft(sample.settings, null), preview: null }, {}, 'rooms'),
  'edit-room-auto': editing(roomOf('Monday stand-up'), {}, 'rooms'),
  'edit-room-own': editing(roomOf('Design review'), {}, 'rooms'),
  'edit-hosted': editing(hostedDraft(sample.settings)),
  'edit-hosted-new': editing(hostedDraft({ ...sample.settings, hosted: null })),
  'edit-hosted-endpoint': editing({ kind: 'hosted', store: { ...emptyStore('endpoint'), bucket: 'rollcall' } }),
  'edit-hosted-secrets-lost': editing(hostedDraft(sample.settings), { missingSecrets: ['hosted/secret'] }),
  'edit-hosted-tried': editing(hostedDraft(sample.settings), { destinationTrial: ready(goodTrial) }),
  'edit-template-denied': editing(templateDraft(sample.settings, 'classes'), { destinationTrial: ready(deniedTrial) }),
  'edit-template-azure': editing({
    ...templateDraft(sample.settings, null),
    name: 'Classes',
    store: { ...emptyStore(), service: 'azure', bucket: 'recordings' },
  }),
  'edit-webhook-tried': editing(installationWebhookDraft(sample.settings), {
    webhookTrial: ready({ host: 'example.net', status: 200, excerpt: '{"ok":true}' }),
  }),
  'edit-webhook-refused': editing(installationWebhookDraft(sample.settings), {
    webhookTrial: ready({ host: 'example.net', status: 500, excerpt: 'Internal Server Error' }),
  }),
  'edit-updates': editing({ kind: 'updates', url: 'https://downloads.example.net/rollcall/' }),
  ...Object.fromEntries(
    Object.entries(updateStates).map(([name, updates]) => [
      `settings-updates-${name}`,
      { ...base, snapshot: ready({ ...sample.snapshot, updates }), view: { screen: 'settings' as const } },
    ]),
  ),
  'edit-recorder': editing({ kind: 'recorder', name: '', consent: CONSENT }),
  'edit-webhook': editing(installationWebhookDraft(sample.settings)),
  'edit-webhook-error': editing(installationWebhookDraft(sample.settings), { error: settingsError }),
  'edit-saving': editing(installationWebhookDraft(sample.settings), { saving: true }),
  shortcuts: { ...base, dialog: 'shortcuts' },
  palette: { ...base, dialog: 'palette' },
};
