import type { ErrorRecord } from '../contract/errors.ts';
import type { SessionSummary, SummaryState } from '../contract/ipc.ts';
import type { Session } from '../contract/session.ts';

/** Where a session's folder is, as its path says. */
export interface SessionPlace {
  roomId: string;
  /** YYYYMMDD, UTC. */
  date: string;
  sessionId: string;
}

/**
 * One line of the library from a manifest. Pure.
 * @param active whether this app works on the session now; what is unfinished and not active was interrupted.
 */
export function summarize(session: Session, active: boolean): SessionSummary {
  const done = session.outputs.filter((output) => output.state === 'done');
  const state = summaryState(session, active);
  return {
    sessionId: session.session_id,
    roomId: session.room.id,
    roomName: session.room.name,
    startedAt: session.started_at,
    durationMs: session.duration_ms,
    people: session.peers.map((peer) => peer.display_name || peer.peer_id),
    state,
    sizeBytes: done.reduce((sum, output) => sum + output.size_bytes, 0),
    files: {
      done: done.length,
      failed: session.outputs.filter((output) => output.state === 'failed').length,
      total: session.outputs.length,
    },
    uploads: {
      delivered: session.uploads.filter((upload) => upload.state === 'delivered').length,
      failed: session.uploads.filter((upload) => upload.state === 'failed').length,
      total: session.uploads.length,
    },
    error: state === 'failed' || state === 'waiting' ? firstError(session) : null,
  };
}

/** What a session is at, in one word. Trouble comes before progress, and progress before success. */
export function summaryState(session: Session, active: boolean): SummaryState {
  if (active) {
    if (session.state === 'recording') return 'recording';
    if (session.state === 'finalizing') return 'finalizing';
    if (session.uploads.some((upload) => upload.state === 'uploading')) return 'uploading';
  }
  const failed =
    session.state === 'failed' ||
    session.outputs.some((output) => output.state === 'failed') ||
    session.uploads.some((upload) => upload.state === 'failed');
  if (failed) return 'failed';
  const unfinished =
    session.state === 'recording' ||
    session.state === 'finalizing' ||
    session.outputs.some((output) => output.state !== 'done');
  if (unfinished) return active ? 'finalizing' : 'interrupted';
  if (session.uploads.length === 0) return 'local';
  if (session.uploads.every((upload) => upload.state === 'delivered')) return 'delivered';
  return active && session.state === 'delivering' && session.uploads.some((upload) => upload.state === 'pending')
    ? 'uploading'
    : 'waiting';
}

function firstError(session: Session): ErrorRecord | null {
  return (
    session.error ??
    session.outputs.find((output) => output.error !== null)?.error ??
    session.uploads.find((upload) => upload.error !== null)?.error ??
    null
  );
}

/** The line of a folder whose manifest is missing or not understood: shown, never hidden. */
export function brokenSummary(place: SessionPlace, error: ErrorRecord): SessionSummary {
  return {
    sessionId: place.sessionId,
    roomId: place.roomId,
    roomName: `Room ${place.roomId.slice(0, 8)}…`,
    startedAt: `${place.date.slice(0, 4)}-${place.date.slice(4, 6)}-${place.date.slice(6, 8)}T00:00:00.000Z`,
    durationMs: null,
    people: [],
    state: 'broken',
    sizeBytes: 0,
    files: { done: 0, failed: 0, total: 0 },
    uploads: { delivered: 0, failed: 0, total: 0 },
    error,
  };
}
