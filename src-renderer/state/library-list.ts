import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { dayNumber, formatDateTime, formatDay, formatPercent, formatWeekday } from './format.ts';
import { SUMMARY_WORDS } from './words.ts';

/** One row of the library's list: a day's heading, a recording, or as many pictures of recordings as stand side by side. */
export type LibraryRow =
  | { kind: 'day'; key: string; label: string }
  | { kind: 'session'; key: string; summary: SessionSummary }
  | { kind: 'tiles'; key: string; summaries: SessionSummary[] };

/** Sessions that hold every word of the search in their room, people, date or state; the latest first. */
export function findSessions(sessions: Iterable<SessionSummary>, search: string): SessionSummary[] {
  const words = fold(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = [...sessions].filter((summary) => {
    if (words.length === 0) return true;
    const text = searchText(summary);
    return words.every((word) => text.includes(word));
  });
  // RFC 3339 in UTC: what is later is greater, without a collator's care.
  return found.sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
}

/** Prepares a search while there is time; `hasTime` is asked again and again. @returns whether all is prepared */
export function prepareSearch(sessions: Iterable<SessionSummary>, hasTime: () => boolean): boolean {
  for (const summary of sessions) {
    if (searchTexts.has(summary)) continue;
    if (!hasTime()) return false;
    searchText(summary);
  }
  return true;
}

const searchTexts = new WeakMap<SessionSummary, string>();

/** What a session is found by; made once per summary. */
function searchText(summary: SessionSummary): string {
  const known = searchTexts.get(summary);
  if (known !== undefined) return known;
  const text = fold(
    [
      summary.roomName,
      ...summary.people,
      formatDateTime(summary.startedAt),
      summary.startedAt.slice(0, 10),
      formatWeekday(summary.startedAt),
      SUMMARY_WORDS[summary.state].word,
      summary.sessionId,
    ].join(' '),
  );
  searchTexts.set(summary, text);
  return text;
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * The rows that a list of sessions (latest first) makes, with a heading per day.
 * @param columns how many pictures stand side by side; null: a line for each recording.
 */
export function libraryRows(
  sessions: readonly SessionSummary[],
  now: Date,
  columns: number | null = null,
): LibraryRow[] {
  const rows: LibraryRow[] = [];
  let day: number | null = null;
  for (const summary of sessions) {
    const number = dayNumber(new Date(summary.startedAt));
    if (number !== day) {
      const label = formatDay(summary.startedAt, now);
      rows.push({ kind: 'day', key: `day ${label}`, label });
      day = number;
    }
    const last = rows.at(-1);
    if (columns === null) rows.push({ kind: 'session', key: summary.sessionId, summary });
    else if (last?.kind === 'tiles' && last.summaries.length < columns) last.summaries.push(summary);
    else rows.push({ kind: 'tiles', key: summary.sessionId, summaries: [summary] });
  }
  return rows;
}

/** How far the work on a recording is: in percent, or in files until that is known; undefined: none goes on. */
export function howFar(
  { state, files, uploads }: SessionSummary,
  progress: SessionProgress | null,
): string | undefined {
  if (progress !== null && (state === 'finalizing' || state === 'uploading')) return formatPercent(progress.fraction);
  if (state === 'finalizing') return texts.progress.ofWhole(files.done, files.total);
  if (state === 'uploading') return texts.progress.ofWhole(uploads.delivered, uploads.total);
  return undefined;
}

/** Those that are delivered and as old as that: the most that a rule of so many days would take now. */
export function olderDelivered(sessions: readonly SessionSummary[], days: number, nowMs: number): SessionSummary[] {
  const before = nowMs - days * 24 * 60 * 60 * 1000;
  return sessions.filter(({ state, startedAt }) => state === 'delivered' && Date.parse(startedAt) <= before);
}

/** Which recordings are wholly in their storage, and which have something that is on this computer alone. */
export function whereElse(sessions: readonly SessionSummary[]): {
  delivered: SessionSummary[];
  onlyHere: SessionSummary[];
} {
  const isDelivered = ({ state }: SessionSummary): boolean => state === 'delivered';
  return {
    delivered: sessions.filter(isDelivered),
    onlyHere: sessions.filter((summary) => !isDelivered(summary)),
  };
}
