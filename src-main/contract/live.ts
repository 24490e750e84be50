import type { ErrorRecord } from './errors.ts';
import type { FilesDeferred, FilesEffort } from './events.ts';
import type { SessionOutput, StreamType } from './session.ts';

/** What the window shows of a recording under way; made by `record.ts` about twice a second. No secrets. */
export interface LiveTrack {
  trackId: string;
  kind: 'audio' | 'video';
  codec: string;
  paused: boolean;
  bytes: number;
  bitrateBps: number;
  /** Frames in the last second, video only. */
  fps: number | null;
  width: number | null;
  height: number | null;
  /** That have arrived; packets of audio. */
  frames?: number;
  lostFrames: number;
  /** When the last key frame came, milliseconds on the session clock; video only. */
  lastKeyFrameMs?: number | null;
  /** 0 to 1, audio only. */
  level: number | null;
}

export interface LivePeer {
  peerId: string;
  displayName: string;
  present: boolean;
  /**
   * How much later than at the best moment so far the picture arrives against the sound, milliseconds; null where one of
   * them is not sent now. An estimate of how far apart they are on their way; the files are put in sync by their clocks.
   */
  avSkewMs?: number | null;
  streams: { streamId: string; type: StreamType; tracks: LiveTrack[] }[];
}

export interface LiveOutput {
  outputId: string;
  kind: SessionOutput['kind'];
  label: string;
  state: 'pending' | 'running' | 'done' | 'failed';
  /** 0 to 1 */
  progress: number;
  sizeBytes: number;
  error: ErrorRecord | null;
}

export interface LiveUpload {
  outputId: string;
  key: string;
  state: 'waiting' | 'pending' | 'uploading' | 'delivered' | 'failed';
  sentBytes: number;
  sizeBytes: number;
  /** Over the last seconds; absent until something was sent. */
  bytesPerS?: number | undefined;
  /** Seconds to its end at that rate. */
  etaS?: number | undefined;
  error: ErrorRecord | null;
}

/** The states of a recording, in order; `failed` may follow any. */
export type LivePhase = 'joining' | 'waiting-for-peers' | 'recording' | 'finalizing' | 'uploading' | 'done' | 'failed';

export interface LiveRecording {
  /** Identifies this run in the window; the session id where there is one already. */
  recordingId: string;
  phase: LivePhase;
  roomName: string;
  roomId: string;
  sessionId: string | null;
  sessionDir: string | null;
  /** When the first media came, RFC 3339 UTC; null before. */
  startedAt?: string | null;
  /** It was told to stop and is leaving the call. */
  stopping?: boolean;
  /** Milliseconds since the first media; 0 before. */
  elapsedMs: number;
  /** Since when the recording is paused, milliseconds since the first media; null while it is not. */
  pausedAtMs?: number | null;
  capturedBytes: number;
  /** Frames that never arrived, over all tracks. */
  lostFrames?: number;
  diskFreeBytes: number | null;
  peers: LivePeer[];
  outputs: LiveOutput[];
  uploads: LiveUpload[];
  warnings: { code: string; message: string }[];
  /** How the making of files during the call keeps up with it; absent where none is made. */
  files?: { behindMs: number; effort: FilesEffort; deferred: FilesDeferred } | undefined;
  error: ErrorRecord | null;
}
