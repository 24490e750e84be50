/**
 * `rollcall://record?url=...`: another program proposes a call to record. Whoever made the link is a stranger: it only
 * ever leads to a question that the user answers.
 */

const MAX_URL_CHARS = 2048;
const JOINABLE = new Set(['http:', 'https:', 'ws:', 'wss:']);

/** The join URL that a deep link proposes; null where it is none, or proposes what cannot be a call. */
export function joinUrlOf(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const { protocol, host, pathname, searchParams } = new URL(link);
  // Some desktops write `rollcall:record?...`, without the slashes.
  const asks = protocol === 'rollcall:' && (host === 'record' || (host === '' && /^\/*record$/.test(pathname)));
  const url = searchParams.get('url')?.trim() ?? '';
  if (!asks || url === '' || url.length > MAX_URL_CHARS || !URL.canParse(url)) return null;
  const target = new URL(url);
  return JOINABLE.has(target.protocol) && target.username === '' && target.password === '' ? target.href : null;
}

/** The first deep link among the words of a command line, as Windows and Linux hand it over. */
export const linkIn = (argv: readonly string[]): string | null =>
  argv.find((word) => word.startsWith('rollcall:')) ?? null;
