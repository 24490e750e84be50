import { join } from 'node:path';
import type { AssetOut, RecordingOut, RecordingStatus, SessionOut } from '../contract/api-recordings.ts';
import type { ErrorRecord } from '../contract/errors.ts';
import type { SessionDetail, SessionSummary, SummaryState } from '../contract/ipc.ts';
import type { LiveRecording } from '../contract/live.ts';
import type { Session, SessionOutput } from '../contract/session.ts';

/** Recordings, assets and sessions as the API shows them. Pure. */

const OF_SUMMARY: Readonly<Record<SummaryState, RecordingStatus>> = {
  recording: 'running',
  interrupted: 'interrupted',
  finalizing: 'finalizing',
  waiting: 'waiting_for_storage',
  uploading: 'uploading',
  delivered: 'completed',
  local: 'completed',
  failed: 'failed',
  broken: 'failed',
};

export function liveStatus(live: LiveRecording): RecordingStatus {
  const { phase, stopping, pausedAtMs } = live;
  switch (phase) {
    case 'joining':
      return stopping === true ? 'stopping' : 'starting';
    case 'waiting-for-peers':
      return stopping === true ? 'stopping' : 'waiting';
    case 'recording':
      return stopping === true ? 'stopping' : pausedAtMs == null ? 'running' : 'paused';
    case 'finalizing':
    case 'uploading':
    case 'failed':
      return phase;
    case 'done':
      return 'completed';
  }
}

const failure = (error: ErrorRecord | null): RecordingOut['error'] => {
  if (error === null) return null;
  const { code, fault, message, remedy } = error;
  return { code, fault, message, remedy };
};

/** A recording under way, or one that ended without a session. `summary` is its session's, where the library has it. */
export function recordingOfLive(live: LiveRecording, summary: SessionSummary | null): RecordingOut {
  const status = liveStatus(live);
  const over = status === 'completed' || status === 'failed';
  const session = over && summary !== null ? recordingOfSession(summary) : null;
  return {
    id: live.recordingId,
    room_id: live.roomId,
    room_name: live.roomName,
    session_id: live.sessionId,
    // What the folder says comes first: an upload that waits for storage is no failure, and one retried since is done.
    status: session?.status ?? status,
    started_at: live.startedAt ?? null,
    stopped_at: session?.stopped_at ?? null,
    duration: session?.duration ?? live.elapsedMs / 1000,
    peers: over ? live.peers.length : live.peers.filter(({ present }) => present).length,
    captured_bytes: live.capturedBytes,
    lost_frames: live.lostFrames ?? 0,
    assets: {
      completed: live.outputs.filter(({ state }) => state === 'done').length,
      failed: live.outputs.filter(({ state }) => state === 'failed').length,
      total: live.outputs.length,
    },
    error: failure(
      session === null ? live.error : session.status === 'completed' ? null : (live.error ?? summary?.error ?? null),
    ),
  };
}

/** A recording of the library. */
export function recordingOfSession(summary: SessionSummary): RecordingOut {
  const { sessionId, roomId, roomName, state, startedAt, durationMs, people, files, error } = summary;
  return {
    id: sessionId,
    room_id: roomId,
    room_name: roomName,
    session_id: sessionId,
    status: OF_SUMMARY[state],
    started_at: startedAt,
    stopped_at: durationMs === null ? null : atMs(startedAt, durationMs),
    duration: (durationMs ?? 0) / 1000,
    peers: people.length,
    captured_bytes: null,
    lost_frames: null,
    assets: { completed: files.done, failed: files.failed, total: files.total },
    error: failure(error),
  };
}

export const assetId = (sessionId: string, outputId: string): string => `${sessionId}.${outputId}`;

/** An asset id taken apart; the schema has seen to its shape. */
export function ofAssetId(id: string): { sessionId: string; outputId: string } {
  const dot = id.indexOf('.');
  return { sessionId: id.slice(0, dot), outputId: id.slice(dot + 1) };
}

/** The files of a session, the composite first. */
export function assetsOf({ session, dir, summary }: SessionDetail): AssetOut[] {
  if (session === null) return [];
  const assets = session.outputs.map((output) => assetOf(session, output, dir, summary.sessionId));
  return assets.sort((a, b) => ORDER[a.type] - ORDER[b.type]);
}

const ORDER: Readonly<Record<AssetOut['type'], number>> = { 'room-composite': 0, stream: 1, chat: 2 };

function assetOf(session: Session, output: SessionOutput, dir: string, sessionId: string): AssetOut {
  const upload = session.uploads.find(({ output_id }) => output_id === output.output_id);
  const stream = session.streams.find(({ stream_id }) => stream_id === output.output_id);
  const peer = session.peers.find(({ peer_id }) => peer_id === output.peer_id);
  const { width, height } = output;
  return {
    id: assetId(sessionId, output.output_id),
    recording_id: sessionId,
    room_id: session.room.id,
    session_id: sessionId,
    type: output.kind === 'composite' ? 'room-composite' : output.kind,
    status: assetStatus(session, output),
    path: upload?.receipt?.path ?? null,
    file: join(dir, output.file),
    size: output.size_bytes,
    duration: output.duration_ms / 1000,
    created_at: session.started_at,
    sha256: output.sha256,
    resolution: width === null || height === null ? null : { width, height },
    peer: output.peer_id === null ? null : { id: output.peer_id, name: peer?.display_name ?? output.peer_id },
    stream: stream === undefined ? null : { id: stream.stream_id, type: stream.type },
    error: failure(output.error ?? upload?.error ?? null),
  };
}

function assetStatus(session: Session, output: SessionOutput): AssetOut['status'] {
  switch (output.state) {
    case 'pending':
      return 'pending';
    case 'running':
      return 'processing';
    case 'failed':
      return 'failed';
    case 'done':
      break;
  }
  const upload = session.uploads.find(({ output_id }) => output_id === output.output_id);
  // Without an entry it has nowhere to go, or its turn has not come.
  if (upload === undefined) return session.settings.upload && session.state !== 'done' ? 'uploading' : 'completed';
  switch (upload.state) {
    case 'waiting':
      return 'waiting';
    case 'pending':
    case 'uploading':
      return 'uploading';
    case 'delivered':
      return 'completed';
    case 'failed':
      return 'failed';
  }
}

/** @param live where this process records it: the folder lists people when the call is over. */
export function sessionOut({ session, summary }: SessionDetail, live: LiveRecording | null): SessionOut {
  const status =
    live === null || live.phase === 'done' || live.phase === 'failed' ? OF_SUMMARY[summary.state] : liveStatus(live);
  const active = status === 'running' || status === 'paused' || status === 'stopping';
  const startedAt = session?.started_at ?? summary.startedAt;
  const known = session?.peers ?? [];
  return {
    id: summary.sessionId,
    room_id: summary.roomId,
    room_name: summary.roomName,
    active,
    status,
    created_at: startedAt,
    stopped_at: session?.stopped_at ?? null,
    duration: summary.durationMs === null ? null : summary.durationMs / 1000,
    peers:
      known.length > 0 || live === null
        ? known.map(({ peer_id, display_name, joined_ms, left_ms }) => ({
            peer_id,
            name: display_name,
            joined_at: atMs(startedAt, joined_ms),
            left_at: left_ms === null ? null : atMs(startedAt, left_ms),
          }))
        : live.peers.map(({ peerId, displayName }) => ({
            peer_id: peerId,
            name: displayName,
            joined_at: null,
            left_at: null,
          })),
  };
}

const atMs = (startedAt: string, ms: number): string => new Date(Date.parse(startedAt) + ms).toISOString();
