import type { IpcResult, RollcallApi, SessionDetail } from '../../src-main/contract/ipc.ts';
import type { Note, NoteDraft } from '../../src-main/contract/notes.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatClock } from './format.ts';
import type { ReviewMode, ReviewSide, UiStore } from './store.ts';

/** Looking at a session: what plays, what stands beside it, and what people write about it. */
export interface ReviewActions {
  setReviewMode(mode: ReviewMode): void;
  setReviewSide(side: ReviewSide): void;
  loadNotes(sessionId: string): Promise<void>;
  loadChat(sessionId: string): Promise<void>;
  /** Waveforms and scrubbing pictures of the files that are ready, the whole meeting's first. */
  loadPreviews(detail: SessionDetail): Promise<void>;
  /** Keeps a note; `text` empty: a plain marker. */
  saveNote(sessionId: string, draft: NoteDraft): Promise<void>;
  removeNote(sessionId: string, noteId: string): Promise<void>;
  /** `M` on the Live screen: marks this moment of the recording. */
  markLive(): Promise<void>;
}

type Ask = <Value>(call: () => Promise<IpcResult<Value>>) => Promise<{ value: Value } | null>;

export function createReviewActions(
  store: UiStore,
  api: RollcallApi,
  ask: Ask,
  notify: (message: string) => void,
): ReviewActions {
  const isShown = (sessionId: string): boolean => {
    const { view } = store.getState();
    return view.screen === 'review' && view.sessionId === sessionId;
  };
  const put = (sessionId: string, notes: Note[]): void => {
    if (isShown(sessionId)) store.setState({ notes });
  };
  return {
    setReviewMode: (reviewMode) => store.setState({ reviewMode }),
    setReviewSide: (reviewSide) => store.setState({ reviewSide }),
    loadNotes: async (sessionId) => {
      const loaded = await ask(() => api.getNotes(sessionId));
      if (loaded !== null) put(sessionId, loaded.value);
    },
    loadChat: async (sessionId) => {
      const loaded = await ask(() => api.getChat(sessionId));
      if (loaded !== null && isShown(sessionId)) store.setState({ chat: loaded.value });
    },
    loadPreviews: async ({ summary: { sessionId }, session, missing }) => {
      const ready = (session?.outputs ?? [])
        .filter(({ state, kind, output_id: id }) => state === 'done' && kind !== 'chat' && !missing.includes(id))
        .sort((a, b) => Number(b.kind === 'composite') - Number(a.kind === 'composite'));
      for (const { output_id: outputId } of ready) {
        if (store.getState().previews.has(outputId)) continue;
        const result = await api.getPreviews(sessionId, outputId);
        if (!isShown(sessionId)) return;
        const { previews } = store.getState();
        // Without them the player and its lanes work all the same: no reason to trouble anybody.
        store.setState({ previews: new Map(previews).set(outputId, result.ok ? result.value : null) });
      }
    },
    saveNote: async (sessionId, draft) => {
      const saved = await ask(() => api.saveNote(sessionId, draft));
      if (saved !== null) put(sessionId, saved.value);
    },
    removeNote: async (sessionId, noteId) => {
      const left = await ask(() => api.removeNote(sessionId, noteId));
      if (left !== null) put(sessionId, left.value);
    },
    markLive: async () => {
      const { live } = store.getState();
      if (live?.phase !== 'recording' || live.sessionId === null) return;
      const { sessionId, elapsedMs } = live;
      const saved = await ask(() => api.saveNote(sessionId, { id: null, tMs: elapsedMs, text: '' }));
      if (saved !== null) notify(texts.review.notes.marked(formatClock(elapsedMs)));
    },
  };
}
