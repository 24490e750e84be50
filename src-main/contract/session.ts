import { z } from 'zod';
import { certificateSchema } from './certificate.ts';
import { ERROR_KINDS, type ErrorCode } from './errors.ts';
import { encodingSchema, loudnessSchema, roomRecordingSchema } from './settings.ts';
import { themeSchema } from './theme.ts';
import { mediaKindSchema, sourceSchema } from './timeline.ts';

/**
 * `session.json`, the manifest of one recorded session, schema version 1. Written atomically by `recording/manifest.ts`.
 * Everything but `tracks/` can be made again from it and the tracks. Times named `*_ms` are milliseconds since the
 * session's start; sizes are bytes; ids are as the object keys have them. It never holds a secret.
 */

export const SESSION_SCHEMA_VERSION = 1;

export const errorRecordSchema = z.object({
  code: z.enum(Object.keys(ERROR_KINDS) as [ErrorCode, ...ErrorCode[]]),
  fault: z.enum(['usage', 'destination', 'network', 'sfu', 'media', 'disk', 'ours']),
  message: z.string(),
  remedy: z.string(),
  details: z.string().optional(),
});

const ms = z.number();
const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'), {
    error: 'must be a path inside the session folder',
  });

/** A person or device in the call; one entry per peer id, however often it came back. */
export const peerSchema = z.object({
  peer_id: z.string(),
  display_name: z.string(),
  device: z.string().nullable(),
  /** Where the folder and key segment of this peer differs from `peer_id` (see `upload/keys.ts`). */
  segment: z.string(),
  joined_ms: ms,
  left_ms: ms.nullable(),
});
export type SessionPeer = z.infer<typeof peerSchema>;

export const STREAM_TYPES = ['regular', 'screen', 'audio'] as const;
export const streamTypeSchema = z.enum(STREAM_TYPES);
/** `regular`: camera with microphone; `audio`: microphone alone; `screen`: a screen share with its sound. */
export type StreamType = z.infer<typeof streamTypeSchema>;

/** All tracks of one peer and source, in the order in which they started; becomes one MP4. */
export const streamSchema = z.object({
  stream_id: z.uuid(),
  peer_id: z.string(),
  type: streamTypeSchema,
  /** From the first media packet of any of its tracks to the end of the last one. */
  start_ms: ms,
  end_ms: ms,
  track_ids: z.array(z.uuid()),
});
export type SessionStream = z.infer<typeof streamSchema>;

/**
 * One captured track: one consumer's media, never re-encoded. Timestamps in the Matroska file are the RTP timestamps,
 * in milliseconds since the track's first frame. `session_ms = clock.offset_ms + (1 + clock.skew) * file_ms`.
 */
export const trackSchema = z.object({
  track_id: z.uuid(),
  stream_id: z.uuid(),
  peer_id: z.string(),
  kind: mediaKindSchema,
  source: sourceSchema,
  /** Lower-case WebRTC name: `vp8`, `h264`, `opus`, ... */
  codec: z.string(),
  clock_rate: z.number().int(),
  channels: z.number().int().nullable(),
  file: relativePath,
  /** First and end of last frame on the session clock; equal where no frame arrived. */
  start_ms: ms,
  end_ms: ms,
  clock: z.object({
    offset_ms: z.number(),
    skew: z.number(),
    /**
     * `[file_ms, session_ms]`, ascending: where files were made during the call, the mapping that they were made with,
     * straight between these points; it then goes before `offset_ms` and `skew`.
     */
    knots: z.array(z.tuple([z.number(), ms])).optional(),
  }),
  frames: z.number().int(),
  key_frames: z.number().int(),
  size_bytes: z.number().int(),
  /** Largest picture seen, video only. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Spans in which the sender had muted this track, `[from, to]` on the session clock. */
  paused: z.array(z.tuple([ms, ms])),
  /**
   * Stretches of the file whose frames need one that never came, `[from, to)` in milliseconds of the file: the picture
   * before them stays on view. Absent: none.
   */
  damaged: z.array(z.tuple([z.number(), z.number()])).optional(),
  /**
   * `[file_ms, shift_ms]`, ascending: from there on times of the file are moved by so much before the clock is applied,
   * for the server moved them the other way when it changed the layer it sent. Absent: none.
   */
  steps: z.array(z.tuple([z.number(), z.number()])).optional(),
  lost_frames: z.number().int(),
});
export type SessionTrack = z.infer<typeof trackSchema>;

export const outputKindSchema = z.enum(['stream', 'composite', 'chat']);
/** A file made from the tracks. */
export const outputSchema = z.object({
  /** `composite`, the stream's id, or the name of the chat's file. */
  output_id: z.string(),
  kind: outputKindSchema,
  stream_id: z.uuid().nullable(),
  peer_id: z.string().nullable(),
  file: relativePath,
  state: z.enum(['pending', 'running', 'done', 'failed']),
  /** Where the file's time 0 lies on the session clock. */
  start_ms: ms,
  duration_ms: ms,
  size_bytes: z.number().int(),
  sha256: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  error: errorRecordSchema.nullable(),
  /** What was measured of the file; absent until it was, and in sessions of earlier versions. */
  certificate: certificateSchema.optional(),
});
export type SessionOutput = z.infer<typeof outputSchema>;

/** Proof that an object is in the store: what HEAD said after the upload, beside what was sent. */
export const receiptSchema = z.object({
  /** `s3://bucket/key` */
  path: z.string(),
  /** The endpoint asked, or null for AWS itself. */
  endpoint: z.string().nullable(),
  key: z.string(),
  size_bytes: z.number().int(),
  etag: z.string(),
  version_id: z.string().nullable(),
  sha256: z.string(),
  /** SHA-256 as the store itself made it of the bytes it has (base64; `-N`: of N parts' own). Absent: it makes none. */
  checksum_sha256: z.string().optional(),
  verified_at: z.string(),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const UPLOAD_STATES = ['waiting', 'pending', 'uploading', 'delivered', 'failed'] as const;
/** One output's way to its destination. `waiting`: no destination is configured yet. */
export const uploadSchema = z.object({
  output_id: z.string(),
  state: z.enum(UPLOAD_STATES),
  attempts: z.number().int(),
  /** A multipart upload under way, kept so that it can go on after a crash. */
  multipart: z
    .object({
      upload_id: z.string(),
      bucket: z.string(),
      endpoint: z.string().nullable(),
      key: z.string(),
      part_size_bytes: z.number().int(),
      /** SHA-256 of the local file when the upload began: parts of another file are never mixed in. */
      sha256: z.string(),
      /** This store's ETags are no MD5s (SSE-KMS, for instance). */
      opaque_etags: z.boolean().optional(),
      /** This store keeps the SHA-256s of this upload's parts. */
      keeps_sha256: z.boolean().optional(),
    })
    .nullable(),
  receipt: receiptSchema.nullable(),
  error: errorRecordSchema.nullable(),
});
export type SessionUpload = z.infer<typeof uploadSchema>;

/** One event of the webhook outbox. */
export const webhookDeliverySchema = z.object({
  id: z.string(),
  type: z.string(),
  output_id: z.string(),
  /** RFC 3339 UTC: the envelope's `timestamp`, the same on every attempt. */
  created_at: z.string().default(''),
  state: z.enum(['pending', 'delivered', 'failed']),
  /** RFC 3339 UTC, while pending; null: at the next run. */
  next_attempt_at: z.string().nullable().default(null),
  /** What a failure event tells; null in events of success. The body itself is made anew, so no signed URL is kept. */
  failure: z.object({ error_type: z.string(), error: z.string() }).nullable().default(null),
  attempts: z.array(z.object({ at: z.string(), status: z.number().int().nullable(), excerpt: z.string() })),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

/** How a session's composite looks. */
export const compositeLookSchema = z.object({
  layout: z.enum(['grid', 'speaker', 'screen']),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type CompositeLook = z.infer<typeof compositeLookSchema>;
/** Where nothing else is asked for. */
export const COMPOSITE_LOOK = { layout: 'grid', width: 1280, height: 720 } as const satisfies CompositeLook;

export const SESSION_STATES = ['recording', 'finalizing', 'delivering', 'done', 'failed'] as const;
export const sessionStateSchema = z.enum(SESSION_STATES);
export type SessionState = z.infer<typeof sessionStateSchema>;

export const sessionSchema = z.object({
  schema_version: z.literal(SESSION_SCHEMA_VERSION),
  app_version: z.string(),
  session_id: z.string().regex(/^[0-9a-f]{24}$/),
  state: sessionStateSchema,
  room: z.object({ id: z.string(), name: z.string(), url: z.string() }),
  /** UTC, YYYYMMDD of `started_at`: the folder and key segment. */
  start_date: z.string().regex(/^\d{8}$/),
  /** RFC 3339 UTC: the wall clock at session time 0. */
  started_at: z.string(),
  stopped_at: z.string().nullable(),
  /** `started_at` in Unix milliseconds: part of the composite's name. */
  epoch_ms: z.number().int(),
  duration_ms: ms.nullable(),
  /** The settings as they were when the recording started; uploads use those in force when they run. */
  settings: z.object({
    template_id: z.string().nullable(),
    recording: roomRecordingSchema,
    upload: z.boolean(),
    composite: z.boolean(),
    /** The recording began when the recorder joined, and the composite does. Absent: with the first media. */
    start: z.literal('join').optional(),
    /** How the composite looks; as the app's default where absent. */
    theme: themeSchema.optional(),
    /** Integrated loudness of the composite, LUFS; absent: as the call was. */
    loudness_lufs: loudnessSchema.optional(),
    /** Absent: the default look. */
    composite_look: compositeLookSchema.optional(),
    /** How its files are encoded, where the settings said so. */
    encoding: encodingSchema.optional(),
    destination: z.object({ kind: z.enum(['s3', 'hosted']), location: z.string().nullable(), prefix: z.string() }),
  }),
  peers: z.array(peerSchema),
  streams: z.array(streamSchema),
  tracks: z.array(trackSchema),
  /** Spans in which the recording was paused, `[from, to]`: nothing was captured. Absent: none. */
  pauses: z.array(z.tuple([ms, ms])).optional(),
  outputs: z.array(outputSchema),
  uploads: z.array(uploadSchema),
  webhooks: z.array(webhookDeliverySchema),
  error: errorRecordSchema.nullable(),
});
export type Session = z.infer<typeof sessionSchema>;

/** A session folder that is open for change. `update` is atomic on disk and serialised; `session` is the last state. */
export interface SessionHandle {
  /** Absolute path of the session folder. */
  readonly dir: string;
  readonly session: Readonly<Session>;
  update(change: (draft: Session) => void): Promise<void>;
}
