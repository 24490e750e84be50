import { SleepClock } from './sleep-clock.ts';
import type { CaptureCommand, CaptureMessage } from '../../src-main/contract/capture.ts';
import type { MediaKind, Source, SpanReason, TimelineEvent } from '../../src-main/contract/timeline.ts';

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
  continues: Continued | null;
}

/** A source that goes on in another track. The time between is from the last frame (or `fromMs`) to the first. */
export interface Continued {
  trackId: string;
  reason: SpanReason;
  /** Milliseconds on the session clock. */
  fromMs?: number;
}

/** page -> Worker */
export type ToWorker =
  | { type: 'init'; port: MessagePort }
  | { type: 'configure'; keyFrameIntervalS: number }
  /** To main, in order with the Worker's own messages. */
  | { type: 'forward'; message: CaptureMessage }
  /** To main, past all else: a late picture is worth nothing. */
  | { type: 'picture'; trackId: string; jpeg: Uint8Array }
  /** `held`: nothing of it is kept until `continue-track`. */
  | { type: 'track'; info: TrackInfo; held: boolean; readable: ReadableStream; writable: WritableStream }
  /** The track's frames come by an RTCRtpScriptTransform with this track id in its options. */
  | { type: 'expect-track'; info: TrackInfo; held: boolean }
  /** The recording is paused: the track's file ends, and nothing that its sender sends is kept. */
  | { type: 'hold-track'; trackId: string }
  /** A held track goes on, in a file of its own. */
  | { type: 'continue-track'; heldId: string; info: TrackInfo }
  | { type: 'pause-track'; trackId: string; paused: boolean }
  /** Whether the connection is there over which media come. */
  | { type: 'link'; up: boolean }
  | { type: 'close-track'; trackId: string }
  /** How many frames the track's decoder has had. */
  | { type: 'decoded'; trackId: string; frames: number }
  /** The next bytes of the file of a track that the page encodes again, and the file's end. */
  | { type: 'recorded'; trackId: string; epochMs: number; data: Uint8Array }
  | { type: 'recorded-stats'; trackId: string; frames: number; lostFrames: number }
  | { type: 'recorded-end'; trackId: string }
  /** Close every track, then answer `all-closed`. */
  | { type: 'close-all' };

export type KeyFrameReason = Extract<TimelineEvent, { type: 'key-frame-requested' }>['reason'];

/** Worker -> page */
export type FromWorker =
  | { type: 'command'; command: CaptureCommand }
  | { type: 'key-frame-wanted'; trackId: string; reason: KeyFrameReason }
  | { type: 'resolution'; trackId: string; width: number; height: number }
  /** Asks for `decoded`. */
  | { type: 'decoded-wanted'; trackId: string }
  /** The disk cannot follow and the bound of what may wait is reached, or there is room again. */
  | { type: 'overloaded'; overloaded: boolean }
  | { type: 'all-closed' };

const monotonicMs = (): number => performance.timeOrigin + performance.now();
const clock = new SleepClock(monotonicMs, Date.now);

/**
 * Unix milliseconds on the monotonic clock, times of the computer's sleep included: comparable between a page and its
 * Workers, which both have to be told of a sleep (`slept`).
 */
export const nowMs = (): number => clock.now();
export const slept = (ms: number): void => clock.slept(ms);
