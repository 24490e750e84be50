import { z } from 'zod';
import { themeSchema } from './theme.ts';
import { apiSettingsSchema } from './api.ts';

/**
 * Templates, rooms and destinations: the settings file of `--settings`, import and export, and (secrets apart) what the
 * app keeps itself. Field names are the contract with users and other programs.
 */

const nonEmpty = z.string().trim().min(1, 'must not be empty');

/** Whether nobody on the way can change what comes from there: https, or this computer itself. */
function isPrivateTransport(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Static keys: both or neither. */
export const credentialsSchema = z.strictObject({ key: nonEmpty, secret: nonEmpty });
export type Credentials = z.infer<typeof credentialsSchema>;

export const storeOptionsSchema = z.strictObject({
  region: nonEmpty.optional(),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  force_path_style: z.boolean().optional(),
});
export type StoreOptions = z.infer<typeof storeOptionsSchema>;

/** An upload destination of a template or room. `location` is the bucket. */
export const UPLOAD_TYPES = ['s3', 'gs', 'oss', 'azure'] as const;
export const uploadInfoSchema = z
  .strictObject({
    /**
     * `gs` and `oss` are Google's and Alibaba's services through their S3 interfaces, with their endpoints filled in.
     * `azure` is Azure's Blob service: `location` a container, `credentials.key` the storage account, `credentials.secret`
     * one of its access keys.
     */
    type: z.enum(UPLOAD_TYPES, { error: 'must be "s3", "gs", "oss" or "azure"' }),
    location: nonEmpty,
    prefix: z.string().optional(),
    options: storeOptionsSchema.optional(),
    credentials: credentialsSchema.optional(),
  })
  .refine(({ type, credentials }) => type !== 'azure' || credentials !== undefined, {
    error: 'must be there for "azure": the storage account as key, one of its access keys as secret',
    path: ['credentials'],
  });
export type UploadInfo = z.infer<typeof uploadInfoSchema>;

/** Hosted storage: the installation's default destination. Static credentials, or an HTTP credentials endpoint. */
export const hostedSchema = z
  .strictObject({
    location: nonEmpty,
    prefix: z.string().optional(),
    options: storeOptionsSchema.optional(),
    credentials: credentialsSchema.optional(),
    credentials_endpoint: z.url({ protocol: /^https?$/ }).optional(),
    credentials_token: nonEmpty.optional(),
  })
  .refine((hosted) => !(hosted.credentials && hosted.credentials_endpoint), {
    error: 'has both "credentials" and "credentials_endpoint": give one of them',
    path: ['credentials_endpoint'],
  });
export type Hosted = z.infer<typeof hostedSchema>;

export const webhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }),
  /** The user's own headers; their values are secrets (the bullet is what a hidden one shows). */
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is no name of an HTTP header'),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff\u2022]*$/, 'must be a header value: one line, no special characters'),
    )
    .optional(),
  /** Standard Webhooks secret, `whsec_` + base64. */
  signing_secret: nonEmpty.optional(),
  /** Lets the webhook lead to this computer or into the local network, which is refused otherwise. */
  allow_private_network: z.boolean().optional(),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** Timers cannot be longer; nor does a recording last three weeks. */
export const LONGEST_TIMER_S = 2_000_000;
const timer = z
  .number()
  .min(0, 'must not be negative')
  .max(LONGEST_TIMER_S, `must be at most ${LONGEST_TIMER_S} (about three weeks)`);

export const RECORDING_START = ['first-peer', 'join'] as const;

/** When a recording begins and ends by itself. What is absent is as the template says, else the default. */
export const controlSchema = z.strictObject({
  /** With the first of the others who sends something (the default), or as soon as the recorder is in the call. */
  start: z.enum(RECORDING_START, { error: 'must be "first-peer" or "join"' }).optional(),
  /** While the app or `rollcall serve` runs, it joins the room and records whenever somebody is there; off by default. */
  watch: z.boolean().optional(),
  /** Seconds after the last peer has left; 60 by default, null: never. */
  stop_when_empty_seconds: timer.nullable().optional(),
  /** Seconds after which a recording ends, pauses included; null (the default): never. */
  max_duration_seconds: timer.positive('must be more than 0').nullable().optional(),
});
export type Control = z.infer<typeof controlSchema>;

/** `Control` with every default filled in. */
export interface ResolvedControl {
  start: (typeof RECORDING_START)[number];
  watch: boolean;
  stopWhenEmptyS: number | null;
  maxDurationS: number | null;
}

export const templateSchema = z.strictObject({
  id: nonEmpty,
  name: nonEmpty,
  recording: z.strictObject({ enabled: z.boolean(), upload_info: uploadInfoSchema.nullish() }),
  control: controlSchema.nullish(),
  webhook: webhookSchema.nullish(),
});
export type Template = z.infer<typeof templateSchema>;

export const ROOM_RECORDING = ['auto', 'enabled', 'disabled'] as const;
export const roomRecordingSchema = z.enum(ROOM_RECORDING, { error: 'must be "auto", "enabled" or "disabled"' });
export type RoomRecording = z.infer<typeof roomRecordingSchema>;

export const ROOM_ID_PATTERN = /^[0-9a-f]{24}$/;

export const roomSchema = z.strictObject({
  id: z.string().regex(ROOM_ID_PATTERN, 'must be 24 hexadecimal digits'),
  name: nonEmpty,
  description: z.string().nullish(),
  /** A disabled room is not joined at all, whatever `recording` says. */
  enabled: z.boolean().optional(),
  template_id: nonEmpty.nullish(),
  url: nonEmpty,
  recording: roomRecordingSchema.default('auto'),
  control: controlSchema.nullish(),
  upload_info: uploadInfoSchema.nullish(),
  webhook: webhookSchema.nullish(),
  /** SHA-256 of the only TLS certificate that this room's server may show, as hex pairs with or without colons. */
  certificate_fingerprint: z
    .string()
    .regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, 'must be a SHA-256 fingerprint: 32 hexadecimal pairs')
    .nullish(),
});
export type Room = z.infer<typeof roomSchema>;

/** How uploads share the computer and its connection with everything else. */
export const uploadsSchema = z.strictObject({
  /** Kilobytes (1000 bytes) a second over all uploads of the app; absent: no limit. */
  max_kilobytes_per_second: z.number().positive('must be more than 0').optional(),
  /** No upload while a call is recorded; those under way pause. */
  hold_during_calls: z.boolean().optional(),
  /** No upload until nobody has touched the computer for two minutes; those under way pause. */
  only_when_idle: z.boolean().optional(),
  /** Nothing is sent over a network that costs by the byte, where the system says so (Linux, Windows). */
  only_unmetered: z.boolean().optional(),
  /** The app uploads nothing until this is taken back; what is asked for on the command line goes all the same. */
  paused: z.boolean().optional(),
});
export type UploadsSettings = z.infer<typeof uploadsSchema>;

/** Where newer versions of the app come from. */
export const updatesSchema = z.strictObject({
  /** Folder of `latest.yml` and the packages, over https: what it says is trusted. Plain http on this computer alone. */
  url: z.url({ protocol: /^https?$/, error: 'must be an https URL' }).refine(isPrivateTransport, {
    error: 'must be an https URL',
  }),
});

/** What becomes of recordings on this computer once they are delivered. */
export const retentionSchema = z.strictObject({
  /** Days after its last file was delivered that a recording goes to the system's bin; absent: it is kept. */
  delivered_days: z
    .number()
    .int('must be whole days')
    .min(1, 'must be from 1 to 3650')
    .max(3650, 'must be from 1 to 3650')
    .optional(),
});
export type RetentionSettings = z.infer<typeof retentionSchema>;

export const loudnessSchema = z.number().min(-40, 'must be from -40 to -10').max(-10, 'must be from -40 to -10');
/** What is the same for every composite. */
export const LAYOUTS = ['grid', 'speaker', 'screen'] as const;
export const compositeSettingsSchema = z.strictObject({
  /** How people are arranged; a shared screen is large in each of them. Absent: `grid`. */
  layout: z.enum(LAYOUTS, { error: 'must be "grid", "speaker" or "screen"' }).optional(),
  /** Width and height of the picture, as in "1920x1080". Absent: 1280x720. */
  size: z
    .string()
    .regex(/^([2-9]\d\d|[1-3]\d\d\d)x([2-9]\d\d|[1-3]\d\d\d)$/, 'must be like "1920x1080", from 200 to 3999 each')
    .optional(),
  theme: themeSchema.optional(),
  /** Integrated loudness of its sound, LUFS (EBU R128): -16 for players, -23 for broadcasting. Absent: as the call was. */
  loudness_lufs: loudnessSchema.optional(),
});

/** How the recorder shows itself to the people of a call. */
export const recorderSchema = z.strictObject({
  /** The name that others see; absent: "Rollcall (recording)". */
  display_name: nonEmpty.max(80, 'must not be longer than 80 characters').optional(),
  /** What people are told of the recording: one click on the Live screen copies it, for the call's chat. */
  consent_text: z.string().max(2000, 'must not be longer than 2000 characters').optional(),
});
export type RecorderSettings = z.infer<typeof recorderSchema>;

/** How the files are encoded. What is not named is as it is without this. */
export const encodingSchema = z.strictObject({
  /** `auto`: a graphics processor's encoder where it is better; `software`: libx264; or one by its name in ffmpeg. */
  encoder: z
    .enum(['auto', 'software', 'libx264', 'h264_videotoolbox', 'h264_nvenc', 'h264_qsv', 'h264_amf', 'h264_vaapi'])
    .optional(),
  /** libx264's preset to begin with; a call that is hard to keep up with steps down from it. */
  preset: z.enum(['veryfast', 'superfast', 'ultrafast']).optional(),
  /** Constant quality on the scale of libx264: 23 where it is not named; lower is better and larger. */
  quality: z.number().int().min(14).max(36).optional(),
});
export type EncodingSettings = z.infer<typeof encodingSchema>;

export const settingsSchema = z
  .strictObject({
    hosted: hostedSchema.nullish(),
    webhook: webhookSchema.nullish(),
    uploads: uploadsSchema.nullish(),
    retention: retentionSchema.nullish(),
    updates: updatesSchema.nullish(),
    composite: compositeSettingsSchema.nullish(),
    recorder: recorderSchema.nullish(),
    api: apiSettingsSchema.nullish(),
    encoding: encodingSchema.nullish(),
    templates: z.array(templateSchema).default([]),
    rooms: z.array(roomSchema).default([]),
  })
  .superRefine((settings, context) => {
    const duplicate = (list: readonly { id: string }[], name: string): void => {
      const seen = new Set<string>();
      list.forEach(({ id }, index) => {
        if (seen.has(id)) {
          context.addIssue({
            code: 'custom',
            path: [name, index, 'id'],
            message: `"${id}" is there twice: ids are unique`,
          });
        }
        seen.add(id);
      });
    };
    duplicate(settings.templates, 'templates');
    duplicate(settings.rooms, 'rooms');
    settings.rooms.forEach((room, index) => {
      if (room.template_id != null && !settings.templates.some((template) => template.id === room.template_id)) {
        context.addIssue({
          code: 'custom',
          path: ['rooms', index, 'template_id'],
          message: `"${room.template_id}" is no template's id`,
        });
      }
    });
  });
export type Settings = z.infer<typeof settingsSchema>;

export const PROVISIONED_FIELDS = ['hosted', 'webhook', 'uploads', 'updates'] as const;
export type ProvisionedField = (typeof PROVISIONED_FIELDS)[number];

/** What an administrator ships with an installation: its values stand where the user has none; locked ones always. */
export const provisioningSchema = z.strictObject({
  hosted: hostedSchema.nullish(),
  webhook: webhookSchema.nullish(),
  uploads: uploadsSchema.nullish(),
  updates: updatesSchema.nullish(),
  locked: z.array(z.enum(PROVISIONED_FIELDS)).default([]),
});
export type Provisioning = z.infer<typeof provisioningSchema>;

/** How a store is signed into. `default-chain`: the AWS default provider chain (environment, profiles, SSO, roles). */
export type StoreCredentials =
  /** `secret` is empty where this computer cannot decrypt the one that it keeps. */
  | { kind: 'static'; key: string; secret: string }
  /** The AWS container-credentials convention: GET `url` with `token` as the whole Authorization header. */
  | { kind: 'endpoint'; url: string; token: string | null }
  | { kind: 'default-chain' };

/** An S3 bucket, ready to be used: `UploadInfo` or `Hosted` with every default filled in. Holds secrets. */
export interface StoreTarget {
  /** What it speaks; absent: S3. For `azure` the bucket is a container, and region and path style mean nothing. */
  service?: 's3' | 'azure';
  bucket: string;
  /** As the user wrote it; `upload/keys.ts` normalises it. */
  prefix: string;
  region: string;
  /** null: AWS itself. */
  endpoint: string | null;
  forcePathStyle: boolean;
  credentials: StoreCredentials;
}

/** Where a room's recordings go. Hosted storage that is not configured keeps uploads waiting. */
export type Destination =
  | { kind: 's3'; configured: true; store: StoreTarget }
  | { kind: 'hosted'; configured: true; store: StoreTarget }
  | { kind: 'hosted'; configured: false };

/** What the settings say about one room at this moment. */
export interface ResolvedSettings {
  record: boolean;
  /** One sentence for people that names the template or room that decides. */
  reason: string;
  destination: Destination;
  /** The room's webhook, else its template's, else the installation's. */
  webhook: Webhook | null;
  /** Each of the room's fields, else its template's, else the default. */
  control: ResolvedControl;
}
