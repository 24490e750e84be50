import { z } from 'zod';
import { hexIdSchema, pageOf, pageQuerySchema } from './api.ts';

/** Recordings, their assets and sessions as the HTTP API gives them. A recording's id is its session's. */

const time = z.string().describe('RFC 3339, UTC');
const failureSchema = z
  .object({ code: z.string(), fault: z.string(), message: z.string(), remedy: z.string() })
  .meta({ id: 'Failure' });

export const RECORDING_STATUSES = [
  'starting',
  'waiting',
  'running',
  'paused',
  'stopping',
  'finalizing',
  'uploading',
  'waiting_for_storage',
  'completed',
  'interrupted',
  'failed',
] as const;
export const recordingStatusSchema = z
  .enum(RECORDING_STATUSES)
  .describe(
    '`starting`: joining. `waiting`: in the call, nobody sends. `running`, `paused`, `stopping`. `finalizing`: making files. `uploading`. `waiting_for_storage`: made, hosted storage is not set up. `completed`, `interrupted` (to be finished), `failed`.',
  );
export type RecordingStatus = z.infer<typeof recordingStatusSchema>;

/** What of a recording's settings a start may say otherwise. */
export const startRecordingSchema = z
  .strictObject({
    resolution: z
      .strictObject({
        width: z.number().int().min(160).max(3840).multipleOf(2),
        height: z.number().int().min(120).max(3840).multipleOf(2),
      })
      .optional()
      .describe('Picture of the composite in pixels, even numbers; 1280x720 where absent.'),
    layout: z.enum(['grid', 'speaker', 'screen']).optional().describe('Of the composite; `grid` where absent.'),
    max_duration: z.number().positive().max(604_800).optional().describe('Seconds after which it stops by itself.'),
    stop_when_empty: z.number().min(0).max(86_400).optional().describe('Seconds after the last person has left.'),
  })
  .meta({ id: 'RecordingStart' });
export type StartRecording = z.infer<typeof startRecordingSchema>;

export const recordingOutSchema = z
  .object({
    id: hexIdSchema,
    room_id: z.string(),
    room_name: z.string(),
    session_id: z.string().nullable().describe('Null until somebody sends something.'),
    status: recordingStatusSchema,
    started_at: time.nullable(),
    stopped_at: time.nullable(),
    duration: z.number().describe('Seconds'),
    peers: z.number().int().describe('People who are there now, or who were.'),
    captured_bytes: z.number().nullable().describe('Null for a recording of before.'),
    lost_frames: z.number().int().nullable(),
    assets: z.object({ completed: z.number().int(), failed: z.number().int(), total: z.number().int() }),
    error: failureSchema.nullable(),
  })
  .meta({ id: 'Recording' });
export type RecordingOut = z.infer<typeof recordingOutSchema>;
export const recordingPageSchema = pageOf(recordingOutSchema).meta({ id: 'RecordingPage' });
export const recordingQuerySchema = pageQuerySchema.extend({
  room_id: hexIdSchema.optional(),
  status: recordingStatusSchema.optional(),
});

export const ASSET_TYPES = ['stream', 'room-composite', 'chat'] as const;
export const assetTypeSchema = z.enum(ASSET_TYPES);
export const ASSET_STATUSES = ['pending', 'processing', 'uploading', 'waiting', 'completed', 'failed'] as const;
export const assetStatusSchema = z
  .enum(ASSET_STATUSES)
  .describe(
    '`pending`, `processing`: the file is (being) made. `uploading`: made, on its way. `waiting`: made, hosted storage is not set up. `completed`: where it should go, and proven to be there. `failed`: see `error`.',
  );

/** `<session id>.<output id>` */
export const assetIdSchema = z
  .string()
  .regex(/^[0-9a-f]{24}\.[0-9a-z.-]{1,64}$/, 'must be an asset id: 24 hexadecimal digits, a dot and a name');

export const assetOutSchema = z
  .object({
    id: assetIdSchema,
    recording_id: z.string(),
    room_id: z.string(),
    session_id: z.string(),
    type: assetTypeSchema,
    status: assetStatusSchema,
    path: z.string().nullable().describe('`s3://bucket/key`, once it is delivered.'),
    file: z.string().describe('Absolute path on the computer that recorded.'),
    size: z.number().int().describe('Bytes'),
    duration: z.number().describe('Seconds'),
    created_at: time.describe('When the session began.'),
    sha256: z.string().nullable(),
    resolution: z.object({ width: z.number().int(), height: z.number().int() }).nullable(),
    peer: z.object({ id: z.string(), name: z.string() }).nullable().describe('Whose stream it is.'),
    stream: z.object({ id: z.string(), type: z.string() }).nullable(),
    error: failureSchema.nullable(),
  })
  .meta({ id: 'RecordingAsset' });
export type AssetOut = z.infer<typeof assetOutSchema>;
export const assetPageSchema = pageOf(assetOutSchema).meta({ id: 'RecordingAssetPage' });
export const assetQuerySchema = pageQuerySchema.extend({
  room_id: hexIdSchema.optional(),
  session_id: hexIdSchema.optional(),
  type: assetTypeSchema.optional(),
  status: assetStatusSchema.optional(),
});

/** Seven days: what signatures of S3 allow. */
const LONGEST_LINK_S = 604_800;
export const presignQuerySchema = z.strictObject({
  presign_duration: z.coerce
    .number()
    .int()
    .min(1)
    .max(LONGEST_LINK_S)
    .default(43_200)
    .describe('Seconds that the link works; shorter where the store’s credentials end before.'),
});
export const presignedUrlSchema = z
  .object({ id: assetIdSchema, path: z.string(), url: z.string(), expires_at: time })
  .meta({ id: 'PresignedUrl' });

export const sessionOutSchema = z
  .object({
    id: hexIdSchema,
    room_id: z.string(),
    room_name: z.string(),
    active: z.boolean().describe('Whether it is being recorded now.'),
    status: recordingStatusSchema,
    created_at: time,
    stopped_at: time.nullable(),
    duration: z.number().nullable().describe('Seconds'),
    peers: z.array(
      z.object({
        peer_id: z.string(),
        name: z.string(),
        joined_at: time.nullable(),
        left_at: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'Session' });
export type SessionOut = z.infer<typeof sessionOutSchema>;
export const sessionPageSchema = pageOf(sessionOutSchema).meta({ id: 'SessionPage' });
export const sessionQuerySchema = pageQuerySchema.extend({
  room_id: hexIdSchema.optional(),
  active: z.enum(['true', 'false']).optional(),
});
