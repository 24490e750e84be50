import { z } from 'zod';
import { LAYOUTS, RECORDING_START, roomRecordingSchema, UPLOAD_TYPES, type Settings } from './settings.ts';

/**
 * What the window may change in the settings, one thing at a time. Only the shape is checked here; what the values
 * mean is checked by `settings/parse.ts`, whose message names the field for people. A secret that the window was shown
 * as dots comes back as the same dots, and stays as it is kept.
 */

const text = z.string().max(4096);
const changesSomething = (fields: object): boolean => Object.keys(fields).length > 0;

const storeFields = {
  location: text,
  prefix: text.optional(),
  options: z
    .strictObject({ region: text.optional(), endpoint: text.optional(), force_path_style: z.boolean().optional() })
    .optional(),
  credentials: z.strictObject({ key: text, secret: text }).optional(),
};
const uploadInfoDraft = z.strictObject({ type: z.enum(UPLOAD_TYPES), ...storeFields });
const hostedDraft = z.strictObject({
  ...storeFields,
  credentials_endpoint: text.optional(),
  credentials_token: text.optional(),
});
const webhookDraft = z.strictObject({
  url: text,
  headers: z.record(text, text).optional(),
  signing_secret: text.optional(),
  allow_private_network: z.boolean().optional(),
});

const controlDraft = z.strictObject({
  watch: z.boolean().optional(),
  start: z.enum(RECORDING_START).optional(),
  stop_when_empty_seconds: z.number().nullish(),
  max_duration_seconds: z.number().nullish(),
});

/** A template; fields that are left out stay as they are. `id` null makes a new one. */
const templateDraft = z.strictObject({
  id: text.nullable(),
  name: text.optional(),
  recording: z.strictObject({ enabled: z.boolean().optional(), upload_info: uploadInfoDraft.nullish() }).optional(),
  control: controlDraft.nullish(),
  webhook: webhookDraft.nullish(),
});

/** A room; fields that are left out stay as they are. `id` null makes a new one. */
export const roomDraftSchema = z.strictObject({
  id: text.nullable(),
  name: text.optional(),
  description: text.nullish(),
  enabled: z.boolean().optional(),
  url: text.optional(),
  certificate_fingerprint: text.nullish(),
  template_id: text.nullish(),
  recording: roomRecordingSchema.optional(),
  upload_info: uploadInfoDraft.nullish(),
  control: controlDraft.nullish(),
  webhook: webhookDraft.nullish(),
});
export type RoomDraft = z.infer<typeof roomDraftSchema>;

export const settingsChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('template'), value: templateDraft }),
  z.strictObject({ kind: z.literal('room'), value: roomDraftSchema }),
  z.strictObject({ kind: z.literal('remove-template'), id: text }),
  z.strictObject({ kind: z.literal('remove-room'), id: text }),
  z.strictObject({ kind: z.literal('hosted'), value: hostedDraft.nullable() }),
  z.strictObject({
    kind: z.literal('recorder'),
    value: z.strictObject({ display_name: text.optional(), consent_text: text.optional() }).nullable(),
  }),
  /** Fields that are left out stay as they are; null takes the limit away. */
  z.strictObject({
    kind: z.literal('uploads'),
    value: z
      .strictObject({
        paused: z.boolean().optional(),
        hold_during_calls: z.boolean().optional(),
        only_when_idle: z.boolean().optional(),
        only_unmetered: z.boolean().optional(),
        max_kilobytes_per_second: z.number().nullish(),
      })
      .refine(changesSomething),
  }),
  z.strictObject({ kind: z.literal('updates'), value: z.strictObject({ url: text }).nullable() }),
  z.strictObject({ kind: z.literal('webhook'), value: webhookDraft.nullable() }),
  /** What is null is taken away; fields that are left out stay as they are. */
  z.strictObject({
    kind: z.literal('composite'),
    value: z
      .strictObject({
        layout: z.enum(LAYOUTS).nullish(),
        size: text.nullish(),
        loudness_lufs: z.number().nullish(),
      })
      .refine(changesSomething),
  }),
  z.strictObject({
    kind: z.literal('encoding'),
    value: z
      .strictObject({ encoder: z.enum(['auto', 'software']).nullish(), quality: z.number().nullish() })
      .refine(changesSomething),
  }),
  /** null: delivered recordings are kept. */
  z.strictObject({ kind: z.literal('retention'), value: z.strictObject({ delivered_days: z.number().nullable() }) }),
]);
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

/** The settings as the window edits them: every secret is dots. */
export interface EditableSettings {
  settings: Settings;
  /** Secrets that this computer cannot decrypt any more, as sentences: they have to be entered again. */
  missingSecrets: string[];
}
