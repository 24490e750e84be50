import type { Hosted, Settings, UploadInfo, Webhook } from '../contract/settings.ts';

/**
 * One place in the settings that holds a secret. Its id stays the same while templates and rooms are moved or renamed:
 * `templates/<id>/upload/secret`, `rooms/<id>/webhook/header/<name>`, `hosted/token`, ...
 */
export interface SecretSlot {
  id: string;
  get(): string | undefined;
  /** Writes into the settings that were handed to `secretSlots`. */
  set(value: string): void;
}

/** Every secret of the settings that is there. */
export function secretSlots(settings: Settings): SecretSlot[] {
  return [
    ...storeSlots('hosted', settings.hosted),
    ...webhookSlots('webhook', settings.webhook),
    ...settings.templates.flatMap((template) => [
      ...storeSlots(`templates/${template.id}/upload`, template.recording.upload_info),
      ...webhookSlots(`templates/${template.id}/webhook`, template.webhook),
    ]),
    ...settings.rooms.flatMap((room) => [
      ...storeSlots(`rooms/${room.id}/upload`, room.upload_info),
      ...webhookSlots(`rooms/${room.id}/webhook`, room.webhook),
    ]),
  ];
}

function storeSlots(id: string, info: UploadInfo | Hosted | null | undefined): SecretSlot[] {
  const slots: SecretSlot[] = [];
  const credentials = info?.credentials;
  if (credentials) {
    slots.push({ id: `${id}/secret`, get: () => credentials.secret, set: (value) => (credentials.secret = value) });
  }
  if (info && 'credentials_token' in info && info.credentials_token !== undefined) {
    slots.push({
      id: `${id}/token`,
      get: () => info.credentials_token,
      set: (value) => (info.credentials_token = value),
    });
  }
  return slots;
}

function webhookSlots(id: string, webhook: Webhook | null | undefined): SecretSlot[] {
  const slots: SecretSlot[] = [];
  if (webhook?.signing_secret !== undefined) {
    slots.push({
      id: `${id}/signing`,
      get: () => webhook.signing_secret,
      set: (value) => (webhook.signing_secret = value),
    });
  }
  const headers = webhook?.headers ?? {};
  for (const name of Object.keys(headers)) {
    slots.push({ id: `${id}/header/${name}`, get: () => headers[name], set: (value) => (headers[name] = value) });
  }
  return slots;
}

/** What stands where a secret was taken out: in the store's file, and in what the window is shown. */
export const HIDDEN_SECRET = '••••••••';

/** A copy with every secret replaced by `HIDDEN_SECRET`, and the secrets apart by slot id. */
export function splitSecrets(settings: Settings): { settings: Settings; secrets: Record<string, string> } {
  const clean = structuredClone(settings);
  const secrets: Record<string, string> = {};
  for (const slot of secretSlots(clean)) {
    const value = slot.get();
    if (value !== undefined && value !== HIDDEN_SECRET) secrets[slot.id] = value;
    slot.set(HIDDEN_SECRET);
  }
  return { settings: clean, secrets };
}

/** A copy with hidden secrets put back; the ids of those that are not in `secrets` stay hidden and are returned. */
export function joinSecrets(
  hidden: Settings,
  secrets: Readonly<Record<string, string>>,
): { settings: Settings; missing: string[] } {
  const settings = structuredClone(hidden);
  const missing: string[] = [];
  for (const slot of secretSlots(settings)) {
    if (slot.get() !== HIDDEN_SECRET) continue;
    const value = Object.hasOwn(secrets, slot.id) ? secrets[slot.id] : undefined;
    if (value === undefined) missing.push(slot.id);
    else slot.set(value);
  }
  return { settings, missing };
}

/** A copy for export that has no credentials, tokens, header values or signing secrets at all; it can be imported. */
export function withoutSecrets(settings: Settings): Settings {
  const clean = structuredClone(settings);
  const stripStore = (info: UploadInfo | Hosted | null | undefined): void => {
    if (!info) return;
    delete info.credentials;
    if ('credentials_token' in info) delete info.credentials_token;
  };
  const stripWebhook = (webhook: Webhook | null | undefined): void => {
    if (!webhook) return;
    delete webhook.headers;
    delete webhook.signing_secret;
  };
  stripStore(clean.hosted);
  stripWebhook(clean.webhook);
  for (const template of clean.templates) {
    stripStore(template.recording.upload_info);
    stripWebhook(template.webhook);
  }
  for (const room of clean.rooms) {
    stripStore(room.upload_info);
    stripWebhook(room.webhook);
  }
  return clean;
}

/**
 * Puts back the secrets that an export left out: where a destination (same place, same bucket and endpoint) or a webhook
 * (same place, same URL) is imported without any, it keeps those of `previous`. Changes `next`.
 */
export function adoptSecrets(next: Settings, previous: Settings): void {
  adoptStore(next.hosted, previous.hosted);
  adoptWebhook(next.webhook, previous.webhook);
  for (const template of next.templates) {
    const old = previous.templates.find(({ id }) => id === template.id);
    adoptStore(template.recording.upload_info, old?.recording.upload_info);
    adoptWebhook(template.webhook, old?.webhook);
  }
  for (const room of next.rooms) {
    const old = previous.rooms.find(({ id }) => id === room.id);
    adoptStore(room.upload_info, old?.upload_info);
    adoptWebhook(room.webhook, old?.webhook);
  }
}

function adoptStore(next: UploadInfo | Hosted | null | undefined, old: UploadInfo | Hosted | null | undefined): void {
  if (!next || !old || next.location !== old.location || next.options?.endpoint !== old.options?.endpoint) return;
  if (next.credentials === undefined && old.credentials && !('credentials_endpoint' in next)) {
    next.credentials = { ...old.credentials };
  }
  if (!('credentials_endpoint' in next) || !('credentials_endpoint' in old)) return;
  if (next.credentials_endpoint !== old.credentials_endpoint || old.credentials_token === undefined) return;
  next.credentials_token ??= old.credentials_token;
}

function adoptWebhook(next: Webhook | null | undefined, old: Webhook | null | undefined): void {
  if (!next || !old || next.url !== old.url) return;
  if (next.signing_secret === undefined && old.signing_secret !== undefined) next.signing_secret = old.signing_secret;
  if (next.headers === undefined && old.headers !== undefined) next.headers = { ...old.headers };
}
