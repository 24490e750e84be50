/** Where a session's files live, relative to its folder. */
export const MANIFEST_FILE = 'session.json';
export const TIMELINE_FILE = 'timeline.ndjson';
export const TRACKS_DIR = 'tracks';

/** `tracks/<track_id>.mkv` */
export const trackFile = (trackId: string): string => `${TRACKS_DIR}/${trackId}.mkv`;
/** `tracks/<track_id>.clock.ndjson`: the track's clock samples, so that the mapping can be computed again. */
export const trackClockFile = (trackId: string): string => `${TRACKS_DIR}/${trackId}.clock.ndjson`;
/** `<peer segment>/<stream_id>/<stream_id>.mp4` */
export const streamFile = (peerSegment: string, streamId: string): string =>
  `${peerSegment}/${streamId}/${streamId}.mp4`;
/** `Rec-<session_id>-<epoch>.mp4` */
export const compositeFile = (sessionId: string, epochMs: number): string => `Rec-${sessionId}-${epochMs}.mp4`;

/** UTC date of a Unix time in milliseconds as YYYYMMDD. */
export const startDate = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10).replaceAll('-', '');

const SAFE = /^[^\p{Cc}\p{Cs}/\\:*?"<>|%]$/u;
const LONE_SURROGATE = /\p{Cs}/u;
const MAX_SEGMENT_BYTES = 180;

/**
 * A peer id as one path and key segment. An id that is a safe segment stays as the SFU gave it. Otherwise the
 * characters that could leave the folder or that a file system refuses are percent-encoded (so is `%`: distinct ids
 * stay distinct), and what is too long is cut and ends in a hash of the whole id. Half of a surrogate pair has no UTF-8:
 * it is written as its three bytes of generalized UTF-8 (https://simonsapin.github.io/wtf-8/), which no text's bytes are.
 * @param hash hex SHA-256 of a text; a parameter because contract code runs everywhere.
 */
export function peerSegment(peerId: string, hash: (text: string) => string): string {
  const encode = (char: string): string =>
    bytesOf(char)
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  let segment = [...peerId].map((char) => (SAFE.test(char) ? char : encode(char))).join('');
  // "." and "..", and what Windows strips or reserves at the ends of a name.
  segment = segment
    .replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))
    .replace(/[. ]+$/, (end) => [...end].map(encode).join(''));
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment) || segment === 'tracks' || segment === '')
    segment = `%${segment}`;
  if (new TextEncoder().encode(segment).length <= MAX_SEGMENT_BYTES) return segment;
  let cut = '';
  let size = 0;
  for (const char of segment) {
    size += new TextEncoder().encode(char).length;
    if (size > MAX_SEGMENT_BYTES - 33) break;
    cut += char;
  }
  // A hash is taken of UTF-8, in which all lone surrogates are one replacement character; JSON escapes them.
  const whole = LONE_SURROGATE.test(peerId) ? JSON.stringify(peerId) : peerId;
  return `${cut}%${hash(whole).slice(0, 32)}`;
}

function bytesOf(char: string): number[] {
  if (!LONE_SURROGATE.test(char)) return [...new TextEncoder().encode(char)];
  const unit = char.charCodeAt(0);
  return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
}
