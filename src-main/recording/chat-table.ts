import { CHAT_CSV, CHAT_JSON, type ChatMessage, type CHAT_FILES } from '../contract/chat.ts';
import type { Session } from '../contract/session.ts';

type About = Pick<Session, 'session_id' | 'room' | 'started_at' | 'epoch_ms'>;

/** The chat's files from its messages. Pure. */
export function chatFile(file: (typeof CHAT_FILES)[number], about: About, messages: readonly ChatMessage[]): string {
  switch (file) {
    case CHAT_CSV:
      return chatCsv(about, messages);
    case CHAT_JSON:
      return chatJson(about, messages);
  }
}

const timeOf = ({ epoch_ms }: About, { t }: ChatMessage): string => new Date(epoch_ms + t).toISOString();

/** The messages as they were written, for programs. `t_ms` is since the session's start, `time` RFC 3339 UTC. */
export function chatJson(about: About, messages: readonly ChatMessage[]): string {
  const { session_id, room, started_at } = about;
  const list = messages.map((message) => ({
    t_ms: message.t,
    time: timeOf(about, message),
    peer_id: message.peer_id,
    display_name: message.display_name,
    text: message.text,
    ...(message.truncated ? { truncated: true } : {}),
  }));
  const all = { version: 1, session_id, room_id: room.id, room_name: room.name, started_at, messages: list };
  return `${JSON.stringify(all, null, 2)}\n`;
}

/** Spreadsheets take a text file for UTF-8 by this. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The messages as a table for spreadsheets (RFC 4180). A cell that one would take for a formula has an apostrophe before
 * it, as whoever writes in a call must not run anything on the computer of whoever reads it.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function chatCsv(about: About, messages: readonly ChatMessage[]): string {
  const rows = messages.map((message) => [
    timeOf(about, message),
    (message.t / 1000).toFixed(3),
    cell(message.display_name),
    cell(message.peer_id ?? ''),
    cell(message.truncated ? `${message.text}…` : message.text),
  ]);
  const lines = [['time', 'seconds', 'name', 'peer_id', 'message'], ...rows].map((row) => row.join(','));
  return `${BYTE_ORDER_MARK}${lines.join('\r\n')}\r\n`;
}

/** What makes a formula, in ASCII and in full-width form, also behind white space that a spreadsheet strips. */
const FORMULA = /^[\s\0]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u;

function cell(text: string): string {
  // No NUL and no lone surrogates: many readers stop at them.
  const clean = text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  const safe = FORMULA.test(clean) ? `'${clean}` : clean;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
