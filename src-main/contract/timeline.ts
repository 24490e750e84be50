import { z } from 'zod';

/**
 * `timeline.ndjson`: one event a line, append-only. `t` is milliseconds since the session's start on the session clock
 * (monotonic). Events from the SFU carry the SFU's own names and ids, which are untrusted text.
 */

const at = { t: z.number() };
const id = z.string();

export const MEDIA_KINDS = ['audio', 'video'] as const;
export const mediaKindSchema = z.enum(MEDIA_KINDS);
export type MediaKind = z.infer<typeof mediaKindSchema>;

/** What a track shows: the peer's own microphone and camera, or its screen share (picture and sound). */
export const SOURCES = ['mic', 'camera', 'screen'] as const;
export const sourceSchema = z.enum(SOURCES);
export type Source = z.infer<typeof sourceSchema>;

/** Why a span of a track has no media, or other media than before. */
export const spanReasonSchema = z.enum(['muted', 'camera-off', 'loss', 'stall', 'reconnect', 'layer-switch', 'paused']);
export type SpanReason = z.infer<typeof spanReasonSchema>;

export const timelineEventSchema = z.discriminatedUnion('type', [
  z.object({ ...at, type: z.literal('session-started'), wall_clock: z.string() }),
  z.object({ ...at, type: z.literal('session-stopped'), reason: z.string() }),
  z.object({
    ...at,
    type: z.literal('peer-joined'),
    peer_id: id,
    display_name: z.string(),
    device: z.string().optional(),
  }),
  /** A new name; or the first one, of a peer whose media were announced before itself and who had its id for a name. */
  z.object({
    ...at,
    type: z.literal('peer-renamed'),
    peer_id: id,
    display_name: z.string(),
    device: z.string().optional(),
  }),
  z.object({ ...at, type: z.literal('peer-left'), peer_id: id }),
  z.object({
    ...at,
    type: z.literal('track-started'),
    track_id: z.uuid(),
    stream_id: z.uuid(),
    peer_id: id,
    kind: mediaKindSchema,
    source: sourceSchema,
    codec: z.string(),
    clock_rate: z.number().int().positive(),
    channels: z.number().int().positive().optional(),
    /** Where the producer is paused when the track starts: no media until `track-resumed`. */
    paused: z.boolean().optional(),
  }),
  z.object({ ...at, type: z.literal('track-paused'), track_id: z.uuid(), reason: z.enum(['muted', 'camera-off']) }),
  z.object({ ...at, type: z.literal('track-resumed'), track_id: z.uuid() }),
  z.object({ ...at, type: z.literal('track-ended'), track_id: z.uuid(), reason: z.string() }),
  /** The track's file is complete; what it holds. Absent after a crash: then the file itself is asked. */
  z.object({
    ...at,
    type: z.literal('track-closed'),
    track_id: z.uuid(),
    end_file_ms: z.number(),
    frames: z.number().int(),
    key_frames: z.number().int(),
    lost_frames: z.number().int(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
  }),
  z.object({
    ...at,
    type: z.literal('resolution'),
    track_id: z.uuid(),
    width: z.number().int(),
    height: z.number().int(),
  }),
  z.object({
    ...at,
    type: z.literal('layer-switch'),
    track_id: z.uuid(),
    spatial: z.number().int().nullable(),
    temporal: z.number().int().nullable(),
  }),
  z.object({
    ...at,
    type: z.literal('span'),
    track_id: z.uuid(),
    reason: spanReasonSchema,
    end: z.number(),
    /**
     * Of a loss after which pictures came that need what was lost: the stretch of the track's file that is not to be
     * shown, [from, to) in milliseconds of the file. The last picture before it stays on view.
     */
    damaged_file_ms: z.tuple([z.number(), z.number()]).optional(),
  }),
  z.object({ ...at, type: z.literal('active-speaker'), peer_id: id.nullable() }),
  z.object({
    ...at,
    type: z.literal('key-frame-requested'),
    track_id: z.uuid(),
    reason: z.enum(['periodic', 'loss', 'stall', 'start', 'watch']),
  }),
  z.object({
    ...at,
    type: z.literal('disconnected'),
    what: z.enum(['signalling', 'ice', 'capture']),
    details: z.string().optional(),
  }),
  z.object({
    ...at,
    type: z.literal('reconnected'),
    what: z.enum(['signalling', 'ice', 'capture']),
    gap_ms: z.number(),
  }),
  /** From here to `recording-resumed` (or the end) nothing that anybody sends is kept. */
  z.object({ ...at, type: z.literal('recording-paused') }),
  z.object({ ...at, type: z.literal('recording-resumed') }),
  z.object({ ...at, type: z.literal('warning'), code: z.string(), message: z.string(), track_id: z.uuid().optional() }),
]);
export type TimelineEvent = z.infer<typeof timelineEventSchema>;
