import type {
  Control,
  Destination,
  Hosted,
  ResolvedControl,
  ResolvedSettings,
  Room,
  Settings,
  StoreCredentials,
  StoreTarget,
  Template,
  UploadInfo,
} from '../contract/settings.ts';
import { HIDDEN_SECRET } from './secrets.ts';

/** SPEC: the region of a destination that names none. */
export const DEFAULT_REGION = 'ap-south-1';

/**
 * What the settings say about a room now: whether it records, where its recordings go and which webhook is told.
 * Pure: SPEC's table. `room` need not be in `settings.rooms`.
 */
export function resolve(settings: Settings, room: Room): ResolvedSettings {
  const template = templateOf(settings, room);
  const webhook = room.webhook ?? template?.webhook ?? settings.webhook ?? null;
  const control = resolveControl(room, template);
  const own = (): Destination => destination(room.upload_info, settings);
  if (room.enabled === false) {
    const { destination: to } =
      room.recording === 'auto' ? fromTemplate(settings, room, template) : { destination: own() };
    return { record: false, reason: `The room "${room.name}" is disabled.`, destination: to, webhook, control };
  }
  switch (room.recording) {
    case 'enabled':
      return {
        record: true,
        reason: `Recording is enabled in the room "${room.name}".`,
        destination: own(),
        webhook,
        control,
      };
    case 'disabled':
      return {
        record: false,
        reason: `Recording is disabled in the room "${room.name}".`,
        destination: own(),
        webhook,
        control,
      };
    case 'auto':
      return { ...fromTemplate(settings, room, template), webhook, control };
  }
}

/** Seconds of an empty room after which a recording ends, where nothing else is said. */
const STOP_WHEN_EMPTY_S = 60;

function resolveControl(room: Room, template: Template | null): ResolvedControl {
  // null is a value (never); only what is absent is the template's.
  const said = { ...defined(template?.control), ...defined(room.control) };
  const { start = 'first-peer', stop_when_empty_seconds: empty = STOP_WHEN_EMPTY_S, max_duration_seconds } = said;
  const watch = said.watch ?? false;
  return { start, watch, stopWhenEmptyS: empty, maxDurationS: max_duration_seconds ?? null };
}

/** Without the fields that are undefined. */
function defined(control: Control | null | undefined): Control {
  return Object.fromEntries(Object.entries(control ?? {}).filter(([, value]) => value !== undefined));
}

function fromTemplate(
  settings: Settings,
  room: Room,
  template: Template | null,
): Omit<ResolvedSettings, 'webhook' | 'control'> {
  if (template === null) {
    return {
      record: true,
      reason: `Recording is on by default: the room "${room.name}" has no template.`,
      destination: destination(null, settings),
    };
  }
  const { enabled, upload_info: uploadInfo } = template.recording;
  return {
    record: enabled,
    reason: `Recording is ${enabled ? 'enabled' : 'disabled'} in the template "${template.name}", which the room "${room.name}" follows.`,
    destination: destination(uploadInfo, settings),
  };
}

/** A room that names no template follows the first one, as a new room does. */
function templateOf(settings: Settings, room: Room): Template | null {
  if (room.template_id == null) return settings.templates[0] ?? null;
  return settings.templates.find((template) => template.id === room.template_id) ?? null;
}

function destination(uploadInfo: UploadInfo | null | undefined, settings: Settings): Destination {
  if (uploadInfo != null) return { kind: 's3', configured: true, store: storeTarget(uploadInfo) };
  if (settings.hosted != null) return { kind: 'hosted', configured: true, store: storeTarget(settings.hosted) };
  return { kind: 'hosted', configured: false };
}

/** A destination with SPEC's defaults, and those of its type, filled in. */
export function storeTarget(info: UploadInfo | Hosted): StoreTarget {
  const preset = presetOf('type' in info ? info.type : 's3', info.options?.region);
  return {
    ...('type' in info && info.type === 'azure' ? { service: 'azure' as const } : {}),
    bucket: info.location,
    prefix: info.prefix ?? '',
    region: info.options?.region ?? preset.region,
    endpoint: info.options?.endpoint ?? preset.endpoint,
    forcePathStyle: info.options?.force_path_style ?? preset.forcePathStyle,
    credentials: credentials(info),
  };
}

type Preset = Pick<StoreTarget, 'region' | 'endpoint' | 'forcePathStyle'>;

/** Region of Alibaba's service where none is named. */
const OSS_REGION = 'oss-cn-hangzhou';

/**
 * How each kind of service is reached through its S3 interface.
 * @see https://cloud.google.com/storage/docs/interoperability
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/use-amazon-s3-sdks-to-access-oss
 */
function presetOf(type: UploadInfo['type'], region: string | undefined): Preset {
  switch (type) {
    // Azure's address is made of the account's name by its own store.
    case 'azure':
    case 's3':
      return { region: DEFAULT_REGION, endpoint: null, forcePathStyle: false };
    case 'gs':
      return { region: 'auto', endpoint: 'https://storage.googleapis.com', forcePathStyle: true };
    case 'oss': {
      const place = region ?? OSS_REGION;
      const host = place.startsWith('oss-') ? place : `oss-${place}`;
      // Alibaba takes virtual-hosted addresses only.
      return { region: OSS_REGION, endpoint: `https://s3.${host}.aliyuncs.com`, forcePathStyle: false };
    }
  }
}

function credentials(info: UploadInfo | Hosted): StoreCredentials {
  if (info.credentials !== undefined) {
    const { key, secret } = info.credentials;
    return { kind: 'static', key, secret: secret === HIDDEN_SECRET ? '' : secret };
  }
  if ('credentials_endpoint' in info && info.credentials_endpoint !== undefined) {
    return { kind: 'endpoint', url: info.credentials_endpoint, token: info.credentials_token ?? null };
  }
  return { kind: 'default-chain' };
}
