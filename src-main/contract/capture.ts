import { z } from 'zod';
import { chatMessageSchema } from './chat.ts';
import { timelineEventSchema } from './timeline.ts';

/**
 * Messages between main and a capture page (one page per recording, in a renderer of its own), over one MessagePort.
 * All times are on the session clock. What comes from the page is parsed with these schemas before it is used.
 */

/** main -> page */
export type CaptureCommand =
  | {
      type: 'start';
      /** Signalling address, complete but for the peer id. */
      signallingUrl: string;
      peerId: string;
      displayName: string;
      /** What the others see while the recording is paused. */
      pausedDisplayName: string;
      /** The recording is paused: nothing is kept until `resume`. */
      paused: boolean;
      /** What session time 0 is: the first media of anybody, or the recorder's own joining. */
      begin: 'first-peer' | 'join';
      /** Unix milliseconds at session time 0, where a recording goes on in a new page; null for a new one. */
      epochMs: number | null;
      /** Streams that exist already: a returning peer and source goes on with its stream id. */
      streams: { peerId: string; type: 'main' | 'screen'; streamId: string }[];
      /** Seconds between asked-for key frames per video track. */
      keyFrameIntervalS: number;
    }
  /** Keep nothing of what is sent until `resume`; answered by `paused`. */
  | { type: 'pause' }
  | { type: 'resume' }
  /** The computer was asleep for so long, milliseconds. */
  | { type: 'wake'; sleptMs: number }
  /** Leave the call, close every track, then answer `stopped`. */
  | { type: 'stop' }
  /** Bytes of chunks that are on disk now (cumulative): the page's bound on what is in flight. */
  | { type: 'written'; bytes: number }
  /** The video tracks that somebody sees now: frames of these are decoded and come as `picture`s, of no other. */
  | { type: 'watch'; trackIds: readonly string[] }
  /** Whether anybody looks at levels, so that a few audio packets a second are decoded for them. */
  | { type: 'levels'; wanted: boolean };

/** Numbers of one track, about once a second. Cumulative since the track's start. */
export const trackStatsSchema = z.object({
  trackId: z.uuid(),
  frames: z.number().int().nonnegative(),
  keyFrames: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  lostFrames: z.number().int().nonnegative(),
  width: z.number().int().nonnegative().nullable(),
  height: z.number().int().nonnegative().nullable(),
  /** When the last key frame came, milliseconds on the session clock; video only. */
  lastKeyFrameMs: z.number().nullable(),
  /** 0 to 1, audio only, and only while `levels` are wanted. */
  level: z.number().min(0).max(1).nullable(),
});
export type TrackStats = z.infer<typeof trackStatsSchema>;

/**
 * One sample of a track's clock: within about a second, the frame that arrived least late. `fileMs` is its timestamp in
 * the track's file, `arrivalMs` its arrival on the session clock. `captureMs` is when its sender captured it, on a clock of
 * the sender that its tracks share; only where sender and platform tell. `switchMs` is the place in the file of the first
 * frame of another picture size, where this is the first sample since.
 */
export const clockSampleSchema = z.object({
  fileMs: z.number(),
  arrivalMs: z.number(),
  captureMs: z.number().optional(),
  switchMs: z.number().optional(),
});
export type ClockSample = z.infer<typeof clockSampleSchema>;

/** Of a picture in a tile. */
const MAX_PICTURE_BYTES = 512 * 1024;

/** page -> main */
export const captureMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('joined'),
    /** Unix milliseconds on the page's monotonic clock. */
    atMs: z.number(),
    peers: z.array(z.object({ peerId: z.string(), displayName: z.string(), device: z.string().nullable() })),
  }),
  /** Session time 0: the first track. Everything with a `t` comes after it. */
  z.object({ type: z.literal('epoch'), epochMs: z.number() }),
  /** How many others are in the call; while it is not `connected`, how many there were. */
  z.object({ type: z.literal('presence'), peers: z.number().int(), connected: z.boolean() }),
  z.object({ type: z.literal('timeline'), event: timelineEventSchema }),
  /** Answers `pause` and `resume`: what comes from now on is not kept, or is. */
  z.object({ type: z.literal('paused'), paused: z.boolean() }),
  /** What the user should know and the timeline cannot hold (there may be no session yet). */
  z.object({ type: z.literal('warning'), code: z.string(), message: z.string() }),
  /** The next bytes of a track's file; `position` is where they go and always the file's end. */
  z.object({
    type: z.literal('chunk'),
    trackId: z.uuid(),
    position: z.number().int().nonnegative(),
    data: z.instanceof(Uint8Array),
  }),
  /** Something was written in the room's chat. */
  z.object({ type: z.literal('chat'), message: chatMessageSchema }),
  z.object({ type: z.literal('clock'), trackId: z.uuid(), sample: clockSampleSchema }),
  /** What a watched track shows now, a few times a second. */
  z.object({
    type: z.literal('picture'),
    trackId: z.uuid(),
    jpeg: z.instanceof(Uint8Array).refine(({ length }) => length <= MAX_PICTURE_BYTES, 'is too large'),
  }),
  z.object({ type: z.literal('stats'), tracks: z.array(trackStatsSchema) }),
  /** The track's last message: its file is complete. `endFileMs` is the end of its last frame. */
  z.object({ type: z.literal('track-closed'), trackId: z.uuid(), endFileMs: z.number(), stats: trackStatsSchema }),
  /** The same for a file that a MediaRecorder made: what it holds is for the file to say. */
  z.object({ type: z.literal('track-stored'), trackId: z.uuid() }),
  z.object({ type: z.literal('stopped'), t: z.number() }),
  z.object({
    type: z.literal('failed'),
    code: z.enum(['JOIN_UNREACHABLE', 'JOIN_CERTIFICATE', 'JOIN_REFUSED', 'JOIN_PROTOCOL', 'CAPTURE_FAILED']),
    message: z.string(),
    remedy: z.string().optional(),
    details: z.string().optional(),
  }),
]);
export type CaptureMessage = z.infer<typeof captureMessageSchema>;
