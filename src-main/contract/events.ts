import type { ErrorRecord } from './errors.ts';
import type { SessionOutput, StreamType } from './session.ts';

/**
 * What happens during a recording and after it, as `--json` prints it (one object a line) and as the window is told.
 * Field names are a contract with other programs. `t` is milliseconds since the session's start, where there is one.
 */
export type RollcallEvent =
  | { event: 'joined'; room: string; room_id: string; peers: number }
  | { event: 'recording'; session_id: string; session_dir: string; started_at: string }
  /** Nothing that anybody sends is kept from here to `resumed`. */
  | { event: 'paused'; t: number }
  | { event: 'resumed'; t: number }
  | { event: 'peer-joined'; t: number; peer_id: string; display_name: string }
  | { event: 'peer-renamed'; t: number; peer_id: string; display_name: string }
  | { event: 'peer-left'; t: number; peer_id: string }
  | { event: 'stream-started'; t: number; peer_id: string; stream_id: string; type: StreamType }
  | { event: 'stream-ended'; t: number; peer_id: string; stream_id: string; type: StreamType }
  | { event: 'finalizing'; output_id: string; kind: 'stream' | 'composite'; progress: number }
  | {
      event: 'output';
      output_id: string;
      kind: SessionOutput['kind'];
      file: string;
      duration: number;
      size: number;
    }
  | {
      event: 'upload';
      output_id: string;
      key: string;
      state: 'waiting' | 'pending' | 'uploading' | 'delivered' | 'failed';
      sent: number;
      size: number;
      /** Bytes a second over the last seconds, and seconds to the end at that rate; absent until something was sent. */
      rate?: number;
      eta?: number;
    }
  /** Every 10 s: what arrives on each track. `t` and `last_key_frame_ms` are on the session clock. */
  | { event: 'health'; t: number; tracks: TrackHealth[]; peers: PeerHealth[] }
  /**
   * How the making of files during the call keeps up with it, when that changes: `effort` is the encoder's preset (the
   * later ones make larger files for less work), `deferred` what waits for a less busy time or for the call's end.
   */
  | { event: 'files'; behind_s: number; effort: FilesEffort; deferred: FilesDeferred }
  | { event: 'warning'; code: string; message: string; t?: number }
  | ({ event: 'error' } & ErrorRecord)
  | DoneEvent;

/** One peer's health. `av_skew_ms`: how much later than at best the picture arrives against the sound; null: not both. */
export interface PeerHealth {
  peer_id: string;
  av_skew_ms: number | null;
}
export type FilesEffort = 'veryfast' | 'superfast' | 'ultrafast';
export type FilesDeferred = 'nothing' | 'composite' | 'everything';

/** One track's health. `level` is 0 to 1 for audio while a window shows it, else null. */
export interface TrackHealth {
  track_id: string;
  peer_id: string;
  kind: 'audio' | 'video';
  codec: string;
  paused: boolean;
  bytes: number;
  bitrate_bps: number;
  fps: number | null;
  width: number | null;
  height: number | null;
  lost_frames: number;
  last_key_frame_ms: number | null;
  level: number | null;
}

/** The last line. `duration` is in seconds, `size` in bytes; `file` and `composite` are absolute paths. */
export interface DoneEvent {
  event: 'done';
  session_dir: string | null;
  composite: string | null;
  streams: { peer_id: string; stream_id: string; type: StreamType; file: string; duration: number }[];
  uploads: { key: string; state: string; etag: string | null; size: number }[];
}

export type Emit = (event: RollcallEvent) => void;

/** An event with the recording that it belongs to, where several run at once. */
export type RecordingEvent = RollcallEvent & { recording_id: string; room_id: string };

/** What `rollcall serve` prints, a line each, with the `time`. */
export type ServeEvent = RecordingEvent | { event: 'listening'; url: string; hint: string } | { event: 'stopping' };
