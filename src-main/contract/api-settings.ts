import { z } from 'zod';
import { hexIdSchema, pageOf } from './api.ts';
import { controlSchema, roomRecordingSchema, uploadInfoSchema, webhookSchema } from './settings.ts';

/** Templates and rooms as the HTTP API takes and gives them. Secrets go in and never come out. */

const nameSchema = z.string().trim().min(1, 'must not be empty').max(200);
const idSchema = z.string().min(1).max(200);

/** Keys of a destination. Without `secret` the one that is kept for the same key and place stays. */
const credentialsInSchema = z.strictObject({ key: z.string().min(1), secret: z.string().min(1).optional() });

/** A destination; without `credentials` those that are kept for the same place stay, `null` removes them. */
const { credentials: _credentials, ...destinationFields } = uploadInfoSchema.shape;
export const uploadInfoInSchema = z
  .strictObject({ ...destinationFields, credentials: credentialsInSchema.nullish() })
  .meta({ id: 'DestinationDraft' });
export type UploadInfoIn = z.infer<typeof uploadInfoInSchema>;

/** A webhook; `headers` and `signing_secret` that are left out stay as they are kept for the same URL. */
export const webhookInSchema = z
  .strictObject({ ...webhookSchema.shape, signing_secret: z.string().min(1).nullish() })
  .meta({ id: 'WebhookDraft' });
export type WebhookIn = z.infer<typeof webhookInSchema>;

/** When recordings begin and end by themselves; what is left out is as the template says, else the default. */
const controlInSchema = controlSchema.nullish();

const templateFields = {
  name: nameSchema,
  recording: z
    .strictObject({
      enabled: z.boolean().optional().describe('Whether its `auto` rooms are recorded; true in a new template.'),
      upload_info: uploadInfoInSchema.nullish().describe('Where to; null or absent: hosted storage.'),
    })
    .optional(),
  webhook: webhookInSchema.nullish(),
  control: controlInSchema,
};
export const templateCreateSchema = z.strictObject(templateFields).meta({ id: 'TemplateCreate' });
export const templateUpdateSchema = z
  .strictObject(templateFields)
  .partial()
  .meta({ id: 'TemplateUpdate', description: 'Fields that are left out stay as they are.' });
export type TemplateIn = z.infer<typeof templateUpdateSchema>;

const recordingInfoInSchema = z
  .strictObject({
    enabled: z.boolean(),
    upload_info: uploadInfoInSchema.nullish().describe('Where to; null or absent: hosted storage.'),
  })
  .describe('Explicit: the template has no say. Absent or null: `auto`, as the template says at any time.');

const roomFields = {
  name: nameSchema,
  description: z.string().max(2000).nullish(),
  url: z.string().min(1).max(2048).describe('Link of the call, as `rollcall record` takes it.'),
  template_id: idSchema.nullish().describe('Absent or null: the first template, if there is one.'),
  enabled: z.boolean().optional().describe('A disabled room is not joined at all.'),
  recording_info: recordingInfoInSchema.nullish(),
  webhook: webhookInSchema.nullish(),
  control: controlInSchema,
  certificate_fingerprint: z
    .string()
    .regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, 'must be a SHA-256 fingerprint: 32 hexadecimal pairs')
    .nullish(),
};
export const roomCreateSchema = z.strictObject(roomFields).meta({ id: 'RoomCreate' });
export const roomUpdateSchema = z.strictObject(roomFields).partial().meta({
  id: 'RoomUpdate',
  description: 'Fields that are left out stay as they are; `recording_info: null` is `auto` again.',
});
export type RoomIn = z.infer<typeof roomUpdateSchema>;

export const uploadInfoOutSchema = z
  .object({
    type: z.string(),
    location: z.string(),
    prefix: z.string().nullable(),
    options: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])),
    credentials: z.object({ key: z.string() }).nullable().describe('The secret is never shown.'),
  })
  .meta({ id: 'UploadInfo' });
export type UploadInfoOut = z.infer<typeof uploadInfoOutSchema>;

export const webhookOutSchema = z
  .object({
    url: z.string().describe('The whole of it for `admin` tokens; the origin for others.'),
    header_names: z.array(z.string()),
    signed: z.boolean(),
    allow_private_network: z.boolean(),
  })
  .meta({ id: 'Webhook' });
export type WebhookOut = z.infer<typeof webhookOutSchema>;

export const templateOutSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    recording: z.object({ enabled: z.boolean(), upload_info: uploadInfoOutSchema.nullable() }),
    webhook: webhookOutSchema.nullable(),
    control: controlSchema.nullable(),
  })
  .meta({ id: 'Template' });
export type TemplateOut = z.infer<typeof templateOutSchema>;
export const templatePageSchema = pageOf(templateOutSchema).meta({ id: 'TemplatePage' });

export const roomOutSchema = z
  .object({
    id: hexIdSchema,
    name: z.string(),
    description: z.string().nullable(),
    url: z.string(),
    enabled: z.boolean(),
    template_id: z.string().nullable(),
    recording: roomRecordingSchema,
    recording_info: z.object({ enabled: z.boolean(), upload_info: uploadInfoOutSchema.nullable() }).nullable(),
    webhook: webhookOutSchema.nullable(),
    control: controlSchema.nullable(),
    effective: z
      .object({
        records: z.boolean(),
        reason: z.string(),
        destination: z.object({
          kind: z.enum(['s3', 'hosted']),
          configured: z.boolean(),
          location: z.string().nullable(),
          prefix: z.string(),
        }),
      })
      .describe('What the settings come to now: whether the room is recorded, why, and where to.'),
  })
  .meta({ id: 'Room' });
export type RoomOut = z.infer<typeof roomOutSchema>;
export const roomPageSchema = pageOf(roomOutSchema).meta({ id: 'RoomPage' });
