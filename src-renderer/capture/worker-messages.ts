import type { CaptureCommand, CaptureMessage } from '../../src-main/contract/capture.ts';
import type { MediaKind, Source, SpanReason } from '../../src-main/contract/timeline.ts';

/** One track as the Worker needs to know it. */
export interface TrackInfo {
  trackId: string;
  kind: MediaKind;
  source: Source;
  /** Lower-case codec name: `vp8`, `h264`, `opus`, ... */
  codec: string;
  clockRate: number;
  channels: number;
  /** Unix milliseconds at session time 0. */
  epochMs: number;
  /** The track before it of the same source, and what the time between the two is to be called. */
  continues: { trackId: string; reason: SpanReason } | null;
}

/** page -> Worker */
export type ToWorker =
  | { type: 'init'; port: MessagePort }
  | { type: 'configure'; keyFrameIntervalS: number }
  /** To main, in order with the Worker's own messages. */
  | { type: 'forward'; message: CaptureMessage }
  | { type: 'track'; info: TrackInfo; readable: ReadableStream; writable: WritableStream }
  /** The track's frames come by an RTCRtpScriptTransform with this track id in its options. */
  | { type: 'expect-track'; info: TrackInfo }
  | { type: 'pause-track'; trackId: string; paused: boolean }
  /** Whether the connection is there over which media come. */
  | { type: 'link'; up: boolean }
  | { type: 'close-track'; trackId: string }
  /** Close every track, then answer `all-closed`. */
  | { type: 'close-all' };

/** Worker -> page */
export type FromWorker =
  | { type: 'command'; command: CaptureCommand }
  | { type: 'key-frame-wanted'; trackId: string; reason: 'periodic' | 'start' | 'stall' | 'loss' }
  | { type: 'resolution'; trackId: string; width: number; height: number }
  | { type: 'all-closed' };

/** Unix milliseconds on the monotonic clock: comparable between a page and its Workers. */
export const nowMs = (): number => performance.timeOrigin + performance.now();
