import type { ClipCodec } from './clip.ts';

/** One RTP stream for the sending process. */
export interface RtpStream {
  id: string;
  clip: string;
  kind: 'audio' | 'video';
  codec: ClipCodec;
  host: string;
  port: number;
  rtcpPort: number;
  ssrc: number;
  payloadType: number;
  clockRate: number;
  /** Milliseconds of media in the clip, after which it begins again without a seam in the timestamps. */
  loopMs: number;
  /** How much faster than real time its clock runs, in millionths. */
  clockPpm: number;
  /** The first packet's RTP timestamp; random where null. */
  firstTimestamp: number | null;
  /** Audio only: between the beeps only every 400 ms a packet, as Opus with discontinuous transmission. */
  dtx: boolean;
  /** Go back to the clip's first picture when a key frame is asked for, as an encoder makes one; else requests are only counted. */
  answersKeyFrameRequests: boolean;
}

export interface RtpCounts {
  id: string;
  frames: number;
  packets: number;
  /** PLI and FIR that arrived. */
  keyFrameRequests: number;
  /** Unix milliseconds of media time 0. */
  startedAt: number | null;
}

/** to the sending process */
export type ToSender =
  | { type: 'start'; streams: RtpStream[] }
  /** Whether packets leave; the media clock goes on all the same. */
  | { type: 'send'; id: string; on: boolean }
  | { type: 'stop'; id: string }
  | { type: 'counts' };

/** from the sending process */
export type FromSender =
  | { type: 'ready' }
  | { type: 'started' }
  /** `worstLateMs`: how long after its time the latest frame left, since the last report. */
  | { type: 'counts'; streams: RtpCounts[]; worstLateMs: number };
