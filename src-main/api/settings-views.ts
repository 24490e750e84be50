import type { RoomOut, TemplateOut, UploadInfoOut, WebhookOut } from '../contract/api-settings.ts';
import type { Destination, ResolvedSettings, Room, Template, UploadInfo, Webhook } from '../contract/settings.ts';

/** Templates and rooms as the API shows them: no secret in them. Pure. */

/** @param whole whether the caller may see a webhook's whole URL, whose path is often a secret itself. */
export function templateOut({ id, name, recording, webhook, control }: Template, whole: boolean): TemplateOut {
  return {
    id,
    name,
    recording: { enabled: recording.enabled, upload_info: uploadInfoOut(recording.upload_info) },
    webhook: webhookOut(webhook, whole),
    control: control ?? null,
  };
}

export function roomOut(room: Room, resolved: ResolvedSettings, whole: boolean): RoomOut {
  const { id, name, description, url, enabled, template_id, recording, upload_info, webhook } = room;
  return {
    id,
    name,
    description: description ?? null,
    url,
    enabled: enabled ?? true,
    template_id: template_id ?? null,
    recording,
    recording_info:
      recording === 'auto' ? null : { enabled: recording === 'enabled', upload_info: uploadInfoOut(upload_info) },
    webhook: webhookOut(webhook, whole),
    control: room.control ?? null,
    effective: {
      records: resolved.record,
      reason: resolved.reason,
      destination: destinationOut(resolved.destination),
    },
  };
}

function uploadInfoOut(info: UploadInfo | null | undefined): UploadInfoOut | null {
  if (info == null) return null;
  const { type, location, prefix, options, credentials } = info;
  const given = Object.entries(options ?? {}).filter(
    (entry): entry is [string, string | boolean] => entry[1] !== undefined,
  );
  return {
    type,
    location,
    prefix: prefix ?? null,
    options: Object.fromEntries(given),
    credentials: credentials === undefined ? null : { key: credentials.key },
  };
}

function webhookOut(webhook: Webhook | null | undefined, whole: boolean): WebhookOut | null {
  if (webhook == null) return null;
  return {
    url: whole ? webhook.url : new URL(webhook.url).origin,
    header_names: Object.keys(webhook.headers ?? {}),
    signed: webhook.signing_secret !== undefined,
    allow_private_network: webhook.allow_private_network ?? false,
  };
}

function destinationOut(destination: Destination): RoomOut['effective']['destination'] {
  const { kind, configured } = destination;
  if (!destination.configured) return { kind, configured, location: null, prefix: '' };
  return { kind, configured, location: destination.store.bucket, prefix: destination.store.prefix };
}
