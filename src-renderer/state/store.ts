import type { ExportView } from '../../src-main/contract/export.ts';
import type { Still } from './export-actions.ts';
import type { ExportDraft } from './export-draft.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type { AppSnapshot, SessionDetail, SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionLanes } from '../../src-main/contract/lanes.ts';
import type { LiveRecording } from '../../src-main/contract/live.ts';
import type { ChatView } from '../../src-main/contract/chat.ts';
import type { Note } from '../../src-main/contract/notes.ts';
import type { PreflightCheck, PreflightResult } from '../../src-main/contract/preflight.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';
import type { OutputPreviews } from '../../src-main/contract/previews.ts';
import type { DestinationTrial, WebhookTrial } from '../../src-main/contract/trials.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { EditorDraft } from './drafts.ts';
import { keptLibraryView, type LibraryView } from './library-view.ts';
import { keptTheme, type ThemeChoice } from './theme-choice.ts';

/** Which screen shows, and what it shows. */
export type View =
  /** The first steps. */
  | { screen: 'welcome' }
  | { screen: 'rooms' }
  | { screen: 'live' }
  | { screen: 'library' }
  | { screen: 'review'; sessionId: string; outputId: string | null }
  | { screen: 'queue' }
  | { screen: 'settings' };

/** Something that is fetched: not there yet, there, or not to be had. */
export type Loadable<Value> =
  { state: 'loading' } | { state: 'ready'; value: Value } | { state: 'failed'; error: ErrorRecord };

export type DialogName = 'stop' | 'shortcuts' | 'palette' | 'preflight';

/** What the user asked for and is not answered yet; its button shows that it works. */
export type Busy = 'pause' | 'record' | 'stop' | 'import' | 'library';

/** The first steps, as far as they are. */
export interface Welcome {
  step: 0 | 1 | 2;
  name: string;
  consent: string;
}

/** The checks before the first recording: what was found, and which one runs. */
export interface Preflight {
  url: string;
  running: PreflightCheck | null;
  results: readonly PreflightResult[];
}

/** What plays on the Review screen: one file, or all streams side by side. */
export type ReviewMode = 'one' | 'streams';
/** What stands beside it. */
export type ReviewSide = 'files' | 'chat' | 'notes' | 'webhook';

/** What came of trying what the open form says; null: it was not tried, or has changed since. */
export interface Trials {
  destinationTrial: Loadable<DestinationTrial> | null;
  webhookTrial: Loadable<WebhookTrial> | null;
}
/** What a trial answers when it is over. */
export type TrialValue<Name extends keyof Trials> = Extract<Trials[Name], { state: 'ready' }>['value'];
export const NOT_TRIED: Trials = { destinationTrial: null, webhookTrial: null };

/** The settings form that is open. */
export interface Editor extends Trials {
  draft: EditorDraft;
  /** What a room can belong to. */
  templates: readonly { id: string; name: string }[];
  missingSecrets: readonly string[];
  saving: boolean;
  error: ErrorRecord | null;
}

/** The whole state of the window. Changed only by `actions.ts` (and the files it is made of) and `connect.ts`. */
export interface UiState {
  view: View;
  snapshot: Loadable<AppSnapshot>;
  sessions: Loadable<ReadonlyMap<string, SessionSummary>>;
  live: LiveRecording | null;
  /** How far the sessions are that are worked on, by session id. */
  progress: ReadonlyMap<string, SessionProgress>;
  /** Of the session that the Review screen shows. */
  detail: Loadable<SessionDetail>;
  /** Of the same session; null until they are there. */
  lanes: SessionLanes | null;
  /** Of the same session; null until they are there. */
  notes: readonly Note[] | null;
  /** Of the same session; null until it is there. */
  chat: ChatView | null;
  /** Of the same session's files, by output id; null: this file has none. */
  previews: ReadonlyMap<string, OutputPreviews | null>;
  /** The export dialog; null while it is closed. */
  exportDraft: ExportDraft | null;
  /** How that would look. */
  still: Still;
  /** The export under way, or the last one. */
  exported: ExportView | null;
  reviewMode: ReviewMode;
  reviewSide: ReviewSide;
  /** What is typed: the link to record, and the searches. */
  link: string;
  roomSearch: string;
  librarySearch: string;
  libraryView: LibraryView;
  dialog: DialogName | null;
  editor: Editor | null;
  welcome: Welcome;
  /** The first steps were shown in this window. */
  welcomed: boolean;
  preflight: Preflight;
  /** The call that a deep link proposes; the user is asked. */
  requested: string | null;
  /** The computer has no network. */
  offline: boolean;
  /** What is chosen in the library; null while nothing is being chosen. */
  selected: ReadonlySet<string> | null;
  /** What the dialog asks about before it goes to the bin. */
  trashing: readonly string[] | null;
  /** The rule for delivered recordings, in days, that the dialog asks about. */
  retaining: number | null;
  busy: Busy | null;
  /** Sessions whose files or uploads were asked for from here, until that is over. */
  working: ReadonlySet<string>;
  /** The last thing that did not work, until it is put away. */
  error: ErrorRecord | null;
  theme: ThemeChoice;
  /** Raised to put the cursor into the screen's search field. */
  searchFocus: number;
  /** Raised to put the cursor where a link is pasted. */
  linkFocus: number;
}

/** What is proposed to be told to people; the law of most places wants it to be said before. */
export const CONSENT = texts.recorder.defaultConsent;

export type UiStore = StoreApi<UiState>;

/** A store with nothing in it yet; `initial` is for the gallery and tests. */
export const createUiStore = (initial: Partial<UiState> = {}): UiStore =>
  createStore<UiState>(() => ({
    view: { screen: 'rooms' },
    snapshot: { state: 'loading' },
    sessions: { state: 'loading' },
    live: null,
    progress: new Map(),
    detail: { state: 'loading' },
    lanes: null,
    notes: null,
    chat: null,
    previews: new Map(),
    exportDraft: null,
    still: { state: 'loading' },
    exported: null,
    reviewMode: 'one',
    reviewSide: 'files',
    link: '',
    roomSearch: '',
    librarySearch: '',
    libraryView: keptLibraryView.read(),
    dialog: null,
    editor: null,
    welcomed: false,
    welcome: { step: 0, name: '', consent: CONSENT },
    preflight: { url: '', running: null, results: [] },
    requested: null,
    offline: false,
    selected: null,
    trashing: null,
    retaining: null,
    busy: null,
    working: new Set(),
    error: null,
    theme: keptTheme.read(),
    searchFocus: 0,
    linkFocus: 0,
    ...initial,
  }));
