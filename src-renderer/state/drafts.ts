import type { EffectiveView } from '../../src-main/contract/ipc.ts';
import type { SettingsChange } from '../../src-main/contract/settings-change.ts';
import type { Hosted, RoomRecording, Settings, UploadInfo, Webhook } from '../../src-main/contract/settings.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { controlDraft, controlValue, missingInControl, type ControlDraft } from './control-draft.ts';

/**
 * What the forms of the settings hold: every field a text or a switch, so that half-typed values have a place. Secrets
 * are write-only: `kept` is the dots that main sent for one that it has, and goes back where nothing is typed.
 */
export interface SecretDraft {
  typed: string;
  kept: string | null;
}

/** What a store is, in the order in which people are asked. */
export const SERVICES = ['s3', 'gs', 'oss', 'azure'] as const satisfies UploadInfo['type'][];

export interface DestinationDraft {
  service: UploadInfo['type'];
  bucket: string;
  prefix: string;
  region: string;
  endpoint: string;
  pathStyle: boolean;
  signIn: 'keys' | 'chain' | 'endpoint';
  key: string;
  secret: SecretDraft;
  credentialsEndpoint: string;
  token: SecretDraft;
}

export interface HeaderDraft {
  name: string;
  value: SecretDraft;
}

export interface WebhookDraft {
  url: string;
  headers: HeaderDraft[];
  signing: SecretDraft;
  privateNetwork: boolean;
}

/** `store` and `webhook` null: none of its own. */
export type TemplateDraft = {
  kind: 'template';
  id: string | null;
  name: string;
  enabled: boolean;
  control: ControlDraft;
  store: DestinationDraft | null;
  webhook: WebhookDraft | null;
};
export type RoomFormDraft = {
  kind: 'room';
  id: string | null;
  name: string;
  url: string;
  templateId: string | null;
  recording: RoomRecording;
  control: ControlDraft;
  store: DestinationDraft | null;
  webhook: WebhookDraft | null;
  /** What it would do if it were saved so; null while that is not known. */
  preview: EffectiveView | null;
};
export type HostedFormDraft = { kind: 'hosted'; store: DestinationDraft | null };
export type WebhookFormDraft = { kind: 'webhook'; webhook: WebhookDraft | null };
/** `url` empty: updates are off. */
export type UpdatesDraft = { kind: 'updates'; url: string };
export type RecorderDraft = { kind: 'recorder'; name: string; consent: string };
export type EditorDraft =
  TemplateDraft | RoomFormDraft | HostedFormDraft | WebhookFormDraft | RecorderDraft | UpdatesDraft;

const secretOf = (kept: string | undefined): SecretDraft => ({ typed: '', kept: kept ?? null });
const secretValue = ({ typed, kept }: SecretDraft): string => (typed === '' ? (kept ?? '') : typed);

/** How a service can be signed into; only hosted storage has a credentials service, only S3 the chain of AWS. */
export function signInWays(service: DestinationDraft['service'], hosted: boolean): DestinationDraft['signIn'][] {
  if (hosted) return ['keys', 'chain', 'endpoint'];
  return service === 's3' ? ['keys', 'chain'] : ['keys'];
}

export const emptyStore = (signIn: DestinationDraft['signIn'] = 'keys'): DestinationDraft => ({
  service: 's3',
  bucket: '',
  prefix: '',
  region: '',
  endpoint: '',
  pathStyle: false,
  signIn,
  key: '',
  secret: secretOf(undefined),
  credentialsEndpoint: '',
  token: secretOf(undefined),
});
export const emptyWebhook = (): WebhookDraft => ({
  url: '',
  headers: [],
  signing: secretOf(undefined),
  privateNetwork: false,
});
export const emptyHeader = (): HeaderDraft => ({ name: '', value: secretOf(undefined) });

function storeDraft(info: UploadInfo | Hosted | null | undefined): DestinationDraft | null {
  if (info == null) return null;
  const endpoint = 'credentials_endpoint' in info ? info.credentials_endpoint : undefined;
  return {
    service: 'type' in info ? info.type : 's3',
    bucket: info.location,
    prefix: info.prefix ?? '',
    region: info.options?.region ?? '',
    endpoint: info.options?.endpoint ?? '',
    pathStyle: info.options?.force_path_style ?? false,
    signIn: info.credentials !== undefined ? 'keys' : endpoint !== undefined ? 'endpoint' : 'chain',
    key: info.credentials?.key ?? '',
    secret: secretOf(info.credentials?.secret),
    credentialsEndpoint: endpoint ?? '',
    token: secretOf('credentials_token' in info ? info.credentials_token : undefined),
  };
}

function webhookDraft(webhook: Webhook | null | undefined): WebhookDraft | null {
  if (webhook == null) return null;
  const headers = Object.entries(webhook.headers ?? {}).map(([name, value]) => ({ name, value: secretOf(value) }));
  return {
    url: webhook.url,
    headers,
    signing: secretOf(webhook.signing_secret),
    privateNetwork: webhook.allow_private_network ?? false,
  };
}

export function templateDraft(settings: Settings, id: string | null): TemplateDraft {
  const template = settings.templates.find((each) => each.id === id);
  return {
    kind: 'template',
    id: template?.id ?? null,
    name: template?.name ?? '',
    enabled: template?.recording.enabled ?? true,
    control: controlDraft(template?.control),
    store: storeDraft(template?.recording.upload_info),
    webhook: webhookDraft(template?.webhook),
  };
}

export function roomDraft(settings: Settings, id: string | null, url = ''): RoomFormDraft {
  const room = settings.rooms.find((each) => each.id === id);
  return {
    kind: 'room',
    id: room?.id ?? null,
    name: room?.name ?? '',
    url: room?.url ?? url,
    templateId: room === undefined ? (settings.templates[0]?.id ?? null) : (room.template_id ?? null),
    recording: room?.recording ?? 'auto',
    control: controlDraft(room?.control),
    store: storeDraft(room?.upload_info),
    webhook: webhookDraft(room?.webhook),
    preview: null,
  };
}

export const hostedDraft = (settings: Settings): HostedFormDraft => ({
  kind: 'hosted',
  store: storeDraft(settings.hosted) ?? emptyStore(),
});
export const installationWebhookDraft = (settings: Settings): WebhookFormDraft => ({
  kind: 'webhook',
  webhook: webhookDraft(settings.webhook) ?? emptyWebhook(),
});

export const recorderDraft = (settings: Settings): RecorderDraft => ({
  kind: 'recorder',
  name: settings.recorder?.display_name ?? '',
  consent: settings.recorder?.consent_text ?? '',
});

export const updatesDraft = (settings: Settings): UpdatesDraft => ({
  kind: 'updates',
  url: settings.updates?.url ?? '',
});

/** Fields of a store that are filled in; what is empty is left out and has its default. */
function storeValue(draft: DestinationDraft) {
  const region = draft.region.trim();
  const endpoint = draft.endpoint.trim();
  const options = {
    ...(region === '' ? {} : { region }),
    ...(endpoint === '' ? {} : { endpoint }),
    ...(draft.pathStyle ? { force_path_style: true } : {}),
  };
  return {
    location: draft.bucket.trim(),
    ...(draft.prefix.trim() === '' ? {} : { prefix: draft.prefix.trim() }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(draft.signIn === 'keys'
      ? { credentials: { key: draft.key.trim(), secret: secretValue(draft.secret).trim() } }
      : {}),
  };
}

function hostedValue(draft: DestinationDraft) {
  if (draft.signIn !== 'endpoint') return storeValue(draft);
  const token = secretValue(draft.token).trim();
  return {
    ...storeValue(draft),
    credentials_endpoint: draft.credentialsEndpoint.trim(),
    ...(token === '' ? {} : { credentials_token: token }),
  };
}

function webhookValue(draft: WebhookDraft) {
  const named = draft.headers.filter(({ name }) => name.trim() !== '');
  const signing = secretValue(draft.signing).trim();
  return {
    url: draft.url.trim(),
    ...(named.length === 0
      ? {}
      : { headers: Object.fromEntries(named.map(({ name, value }) => [name.trim(), secretValue(value)])) }),
    ...(signing === '' ? {} : { signing_secret: signing }),
    ...(draft.privateNetwork ? { allow_private_network: true } : {}),
  };
}

const uploadValue = (draft: DestinationDraft | null) =>
  draft === null ? null : { type: draft.service, ...storeValue(draft) };
const ownWebhook = (draft: WebhookDraft | null) => (draft === null ? null : webhookValue(draft));

export const roomValue = (draft: RoomFormDraft) => ({
  id: draft.id,
  name: draft.name.trim(),
  url: draft.url.trim(),
  template_id: draft.templateId,
  recording: draft.recording,
  control: controlValue(draft.control),
  upload_info: uploadValue(draft.store),
  webhook: ownWebhook(draft.webhook),
});

/** What is sent to main to keep a draft. */
export function changeOf(draft: EditorDraft): SettingsChange {
  switch (draft.kind) {
    case 'template':
      return {
        kind: 'template',
        value: {
          id: draft.id,
          name: draft.name.trim(),
          recording: { enabled: draft.enabled, upload_info: uploadValue(draft.store) },
          control: controlValue(draft.control),
          webhook: ownWebhook(draft.webhook),
        },
      };
    case 'room':
      return { kind: 'room', value: roomValue(draft) };
    case 'hosted':
      return { kind: 'hosted', value: draft.store === null ? null : hostedValue(draft.store) };
    case 'recorder':
      return recorderChange(draft);
    case 'updates':
      return { kind: 'updates', value: draft.url.trim() === '' ? null : { url: draft.url.trim() } };
    case 'webhook':
      return { kind: 'webhook', value: ownWebhook(draft.webhook) };
  }
}

/** What is empty is left out and has its default. */
export function recorderChange({ name, consent }: { name: string; consent: string }): SettingsChange {
  return {
    kind: 'recorder',
    value: {
      ...(name.trim() === '' ? {} : { display_name: name.trim() }),
      ...(consent.trim() === '' ? {} : { consent_text: consent.trim() }),
    },
  };
}

/** What is missing before a draft can be saved, as words beside the button; null where it can be. */
export function missingIn(draft: EditorDraft): string | null {
  if (draft.kind === 'template' || draft.kind === 'room') {
    if (draft.name.trim() === '') return texts.editor.missing.name;
    const wrong = missingInControl(draft.control);
    if (wrong !== null) return wrong;
  }
  if (draft.kind === 'room' && draft.url.trim() === '') return texts.editor.missing.link;
  const store = 'store' in draft ? draft.store : null;
  if (store !== null && store.bucket.trim() === '') return texts.editor.missing.bucket;
  if (store?.signIn === 'keys' && (store.key.trim() === '' || secretValue(store.secret) === ''))
    return texts.editor.missing.keys;
  if (store?.signIn === 'endpoint' && store.credentialsEndpoint.trim() === '')
    return texts.editor.missing.credentialsEndpoint;
  const webhook = 'webhook' in draft ? draft.webhook : null;
  return webhook !== null && webhook.url.trim() === '' ? texts.editor.missing.webhook : null;
}
