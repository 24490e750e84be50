import type { DestinationView, RoomView, SettingsView, TemplateView, WebhookView } from '../contract/ipc.ts';
import type { Destination, ResolvedSettings, Room, Settings, StoreTarget, Webhook } from '../contract/settings.ts';
import { texts } from '../contract/texts/index.ts';

/** Settings as the window may see them: no key, no token, no header value. Pure. */
export interface SettingsViewOptions {
  /** `settings/resolve.ts` for one room. */
  resolve(settings: Settings, room: Room): ResolvedSettings;
}

/** The whole of the settings, redacted, with what each room would do now. */
export function settingsView(settings: Settings, options: SettingsViewOptions): SettingsView {
  /** What a room of a template with an explicit destination would use: the resolver fills in the defaults. */
  const probe = (templateId: string | null): ResolvedSettings =>
    options.resolve(settings, {
      id: '0'.repeat(24),
      name: 'new room',
      url: 'ws://localhost',
      recording: 'auto',
      template_id: templateId,
    });
  const templates: TemplateView[] = settings.templates.map((template) => ({
    id: template.id,
    name: template.name,
    enabled: template.recording.enabled,
    destination: destinationView(probe(template.id).destination),
    webhook: webhookView(template.webhook),
    rooms: settings.rooms.filter((room) => (room.template_id ?? settings.templates[0]?.id) === template.id).length,
  }));
  const plain = options.resolve(
    { ...settings, templates: [], rooms: [] },
    {
      id: '0'.repeat(24),
      name: 'new room',
      url: 'ws://localhost',
      recording: 'auto',
    },
  );
  return {
    hosted: settings.hosted == null ? null : destinationView(plain.destination),
    webhook: webhookView(settings.webhook),
    templates,
    rooms: settings.rooms.map((room) => roomView(settings, room, options)),
    recorder: {
      displayName: settings.recorder?.display_name ?? '',
      consentText: settings.recorder?.consent_text ?? '',
    },
    uploads: {
      paused: settings.uploads?.paused ?? false,
      holdDuringCalls: settings.uploads?.hold_during_calls ?? false,
      onlyWhenIdle: settings.uploads?.only_when_idle ?? false,
      onlyUnmetered: settings.uploads?.only_unmetered ?? false,
      maxKilobytesPerSecond: settings.uploads?.max_kilobytes_per_second ?? null,
    },
    files: {
      layout: settings.composite?.layout ?? null,
      size: settings.composite?.size ?? null,
      loudnessLufs: settings.composite?.loudness_lufs ?? null,
      encoder: settings.encoding?.encoder ?? null,
      quality: settings.encoding?.quality ?? null,
    },
    retentionDays: settings.retention?.delivered_days ?? null,
    updatesUrl: settings.updates?.url ?? null,
  };
}

function roomView(settings: Settings, room: Room, options: SettingsViewOptions): RoomView {
  const resolved = options.resolve(settings, room);
  const template =
    room.template_id == null
      ? settings.templates[0]
      : settings.templates.find((candidate) => candidate.id === room.template_id);
  const destination = destinationView(resolved.destination);
  return {
    id: room.id,
    name: room.name,
    url: room.url,
    templateName: template?.name ?? null,
    recording: room.recording,
    watched: resolved.record && resolved.control.watch,
    effective: {
      records: resolved.record,
      reason: roomReason(room, template ?? null, resolved.record),
      delivery: resolved.record ? deliverySentence(destination) : texts.effective.nothingIsUploaded,
      destination,
    },
    webhook: webhookView(resolved.webhook),
  };
}

/** The resolver's decision in the fewest words, for a row that already shows the room's name. */
function roomReason(room: Room, template: { name: string } | null, records: boolean): string {
  switch (room.recording) {
    case 'enabled':
      return texts.effective.enabledAlwaysRecords;
    case 'disabled':
      return texts.effective.disabledNeverRecords;
    case 'auto':
      return template === null
        ? texts.effective.autoOnBecauseItHas
        : texts.effective.autoOnBecauseTemplateIs(records, template.name);
  }
}

function deliverySentence(destination: DestinationView): string {
  const path = destination.location === null ? null : storePath(destination);
  if (destination.kind === 's3') return texts.effective.uploadsTo(path ?? 'S3');
  return path === null ? texts.effective.uploadsWaitUntilHosted : texts.effective.uploadsToHostedStorage;
}

const storePath = ({ scheme, location, prefix }: DestinationView): string => {
  const segments = prefix.split('/').filter((segment) => segment !== '');
  return `${scheme}://${[location, ...segments].join('/')}`;
};

/** A resolved destination without its keys. */
export function destinationView(destination: Destination): DestinationView {
  if (!destination.configured) {
    return {
      kind: 'hosted',
      scheme: 's3',
      location: null,
      prefix: '',
      region: null,
      endpoint: null,
      credentials: 'none',
    };
  }
  const { store } = destination;
  return {
    kind: destination.kind,
    scheme: store.service ?? 's3',
    location: store.bucket,
    prefix: store.prefix,
    region: store.region,
    endpoint: store.endpoint === null ? null : hostOf(store.endpoint),
    credentials: credentialsView(store),
  };
}

function credentialsView(store: StoreTarget): DestinationView['credentials'] {
  switch (store.credentials.kind) {
    case 'static':
      return 'keys';
    case 'endpoint':
      return 'endpoint';
    case 'default-chain':
      return 'default-chain';
  }
}

const webhookView = (webhook: Webhook | null | undefined): WebhookView | null =>
  webhook == null
    ? null
    : {
        host: hostOf(webhook.url),
        signed: webhook.signing_secret !== undefined,
        headerNames: Object.keys(webhook.headers ?? {}),
      };

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
