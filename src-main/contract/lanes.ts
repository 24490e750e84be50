import type { SpanReason } from './timeline.ts';
import type { StreamType } from './session.ts';

/** What the Review screen draws below the pictures. Times are milliseconds since the session's start. */
export interface SessionLanes {
  durationMs: number;
  lanes: Lane[];
}

/** One stream of somebody, or somebody who sent nothing. */
export interface Lane {
  /** The stream's id, or the peer's where it has none. */
  laneId: string;
  peerId: string;
  name: string;
  type: StreamType | null;
  /** The file that has been made of it: its output's id, path and place in the session; null while there is none. */
  file: { outputId: string; path: string; startMs: number; durationMs: number; hasPicture: boolean } | null;
  /** When its peer was in the call. */
  presence: [from: number, to: number][];
  /** When the stream had media. */
  media: [from: number, to: number];
  spans: LaneSpan[];
}

/** A time in which a lane has no media, or other media than before. */
export interface LaneSpan {
  fromMs: number;
  toMs: number;
  reason: SpanReason;
}
