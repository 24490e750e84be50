import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type { AppSnapshot, SessionDetail, SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionLanes } from '../../src-main/contract/lanes.ts';
import type { LiveRecording } from '../../src-main/contract/live.ts';
import type { EditorDraft } from './drafts.ts';
import { readTheme, type ThemeChoice } from './theme-choice.ts';

/** Which screen shows, and what it shows. */
export type View =
  | { screen: 'rooms' }
  | { screen: 'live' }
  | { screen: 'library' }
  | { screen: 'review'; sessionId: string; outputId: string | null }
  | { screen: 'queue' }
  | { screen: 'settings' };

/** Something that is fetched: not there yet, there, or not to be had. */
export type Loadable<Value> =
  { state: 'loading' } | { state: 'ready'; value: Value } | { state: 'failed'; error: ErrorRecord };

export type DialogName = 'stop' | 'shortcuts' | 'palette';

/** What the user asked for and is not answered yet; its button shows that it works. */
export type Busy = 'pause' | 'record' | 'stop' | 'import' | 'library';

/** The settings form that is open. */
export interface Editor {
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
  /** Of the session that the Review screen shows. */
  detail: Loadable<SessionDetail>;
  /** Of the same session; null until they are there. */
  lanes: SessionLanes | null;
  /** What is typed: the link to record, and the searches. */
  link: string;
  roomSearch: string;
  librarySearch: string;
  dialog: DialogName | null;
  editor: Editor | null;
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

export type UiStore = StoreApi<UiState>;

/** A store with nothing in it yet; `initial` is for the gallery and tests. */
export const createUiStore = (initial: Partial<UiState> = {}): UiStore =>
  createStore<UiState>(() => ({
    view: { screen: 'rooms' },
    snapshot: { state: 'loading' },
    sessions: { state: 'loading' },
    live: null,
    detail: { state: 'loading' },
    lanes: null,
    link: '',
    roomSearch: '',
    librarySearch: '',
    dialog: null,
    editor: null,
    busy: null,
    working: new Set(),
    error: null,
    theme: readTheme(),
    searchFocus: 0,
    linkFocus: 0,
    ...initial,
  }));
