import type { SessionSummary, SummaryState } from '../../src-main/contract/ipc.ts';

/** What the Queue screen shows of the library: what has not arrived yet. Pure. */
export interface QueueGroups {
  /** Somebody has to do something. */
  needsYou: SessionSummary[];
  /** Goes on by itself. */
  working: SessionSummary[];
}

const NEEDS_YOU: ReadonlySet<SummaryState> = new Set(['failed', 'interrupted', 'waiting', 'broken']);
const WORKING: ReadonlySet<SummaryState> = new Set(['recording', 'finalizing', 'uploading']);
/** What a new attempt at the upload can help. */
const RETRYABLE: ReadonlySet<SummaryState> = new Set(['failed', 'waiting']);

export function queueGroups(sessions: ReadonlyMap<string, SessionSummary>): QueueGroups {
  const all = [...sessions.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  return {
    needsYou: all.filter(({ state }) => NEEDS_YOU.has(state)),
    working: all.filter(({ state }) => WORKING.has(state)),
  };
}

export function needsYou(sessions: ReadonlyMap<string, SessionSummary>): number {
  let count = 0;
  for (const { state } of sessions.values()) if (NEEDS_YOU.has(state)) count += 1;
  return count;
}

/** Uploads that failed or wait; files that failed have to be made first. */
export const isRetryable = ({ state, files }: SessionSummary): boolean => RETRYABLE.has(state) && files.failed === 0;
