import { z } from 'zod';
import { spanReasonSchema } from './timeline.ts';

/**
 * What was measured of a finished file: kept with its output in `session.json` and measured again by `rollcall verify`.
 * Nothing in it is taken from a plan or a setting: counts, times and the encoder are read from the file, the lateness of
 * pictures compares the file's frame times with the capture times of the frames they show, and the lateness of sound is
 * found by correlating the file's decoded sound with the decoded packets of a track. Times are session or file
 * milliseconds; a positive offset is late. It holds no names, so that a file without somebody says nothing of them.
 */

const ms = z.number();

/** Why a track has nothing for a while. `not-sent`: the sender sent nothing (silence with DTX, a camera that rests). */
export const gapReasonSchema = z.enum([...spanReasonSchema.options, 'not-started', 'ended', 'not-sent']);
export type GapReason = z.infer<typeof gapReasonSchema>;

export const gapSchema = z.object({ track_id: z.string(), from_ms: ms, to_ms: ms, reason: gapReasonSchema });
export type Gap = z.infer<typeof gapSchema>;

export const certificateSchema = z.object({
  version: z.literal(1),
  /** SHA-256 of the file that was measured. */
  sha256: z.string(),
  duration_ms: ms,
  /** What is in the file; null where it has no picture, or no sound. */
  video: z
    .object({
      codec: z.string(),
      frames: z.number().int(),
      key_frames: z.number().int(),
      width: z.number().int(),
      height: z.number().int(),
      fps: z.number(),
      /** Largest difference of a frame's time from the grid of that rate. */
      worst_step_ms: ms,
      /** As the encoder itself wrote it into the stream, with all its settings; null where it wrote nothing. */
      encoder: z.string().nullable(),
    })
    .nullable(),
  audio: z
    .object({
      codec: z.string(),
      packets: z.number().int(),
      sample_rate: z.number().int(),
      channels: z.number().int(),
      bits_per_second: z.number().int(),
      worst_step_ms: ms,
    })
    .nullable(),
  /** The captured tracks that the file is made of. */
  sources: z.array(
    z.object({
      track_id: z.string(),
      kind: z.enum(['audio', 'video']),
      /** Frames or packets in the track's file. */
      captured: z.number().int(),
      /** Of those, frames that the file shows, or packets whose sound is in it. */
      used: z.number().int(),
    }),
  ),
  sync: z.object({
    /** Sound minus picture: positive is sound after picture; null where the file does not have both. */
    av_offset_ms: ms.nullable(),
    /** `content`: the sound was found by its content; `timestamps`: too little in it could be told apart (silence, a tone). */
    method: z.enum(['content', 'timestamps']),
    /** File time minus capture time of every frame shown. */
    picture: z.object({ frames: z.number().int(), mean_ms: ms, p95_ms: ms, worst_ms: ms }).nullable(),
    /** Where sound was looked for and found; good to about a millisecond. */
    sound: z.array(z.object({ track_id: z.string(), at_ms: ms, offset_ms: ms })),
  }),
  /** In order of time, the first `MAX_GAPS`; then how many more there are. */
  gaps: z.array(gapSchema),
  more_gaps: z.number().int(),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** More are counted and not listed, so that a manifest stays small. */
export const MAX_GAPS = 200;

/** Lip-sync that programmes may be distributed with (EBU R37): sound this much before or after the picture. */
export const LIP_SYNC_LEAD_MS = 40;
export const LIP_SYNC_LAG_MS = 60;
