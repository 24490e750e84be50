import { createHash } from 'node:crypto';
import { RollcallError } from '../contract/errors.ts';
import { compositeFile, peerSegment, streamFile } from '../contract/ids.ts';
import type { Session, SessionOutput } from '../contract/session.ts';

/** S3's limit on a key, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1024;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A prefix as whole segments: no leading or trailing slash, no empty segment, no `.` or `..`. "" where there is none. */
export function normalizePrefix(prefix: string): string {
  return prefix
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
    .join('/');
}

type KeySession = Pick<Session, 'session_id' | 'start_date' | 'epoch_ms'> & { room: { id: string } };

/** `<prefix>/<room_id>/<start_date>/<session_id>/Rec-<session_id>-<epoch>.mp4` */
export function compositeKey(prefix: string, session: KeySession): string {
  return join(prefix, session, compositeFile(session.session_id, session.epoch_ms));
}

/**
 * `<prefix>/<room_id>/<start_date>/<session_id>/<peer_id>/<stream_id>/<stream_id>.mp4`; the peer id is one segment, as
 * `contract/ids.ts` writes it.
 */
export function streamKey(prefix: string, session: KeySession, peerId: string, streamId: string): string {
  return join(prefix, session, streamFile(peerSegment(peerId, sha256), streamId));
}

/** The key of one of a session's outputs. Throws `SESSION_INVALID` for a stream without peer or stream id. */
export function outputKey(prefix: string, session: Session, output: SessionOutput): string {
  if (output.kind === 'composite') return compositeKey(prefix, session);
  if (output.kind === 'chat') return join(prefix, session, output.file);
  if (output.peer_id === null || output.stream_id === null) {
    throw new RollcallError(
      'SESSION_INVALID',
      `session.json names no peer or stream for the output ${output.output_id}.`,
      'Make the files again: rollcall compose with the session folder.',
    );
  }
  return streamKey(prefix, session, output.peer_id, output.stream_id);
}

function join(prefix: string, session: KeySession, file: string): string {
  const key = [normalizePrefix(prefix), session.room.id, session.start_date, session.session_id, file]
    .filter((part) => part !== '')
    .join('/');
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
  throw new RollcallError(
    'SETTINGS_INVALID',
    `The upload prefix is too long: with it the object key has ${Buffer.byteLength(key)} bytes, and S3 allows ${MAX_KEY_BYTES}.`,
    "Shorten the destination's prefix.",
  );
}
