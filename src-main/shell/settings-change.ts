import { RollcallError } from '../contract/errors.ts';
import type { SettingsChange } from '../contract/settings-change.ts';
import type { Settings } from '../contract/settings.ts';

export interface ChangeOptions {
  /** Makes ids of new rooms and templates. */
  newId(): string;
  /** What stands for a secret that is kept and not shown. */
  hidden: string;
}

/**
 * The settings with one change in them, still to be checked. Pure.
 * @param settings as the window sees them: secrets hidden.
 * @throws RollcallError `SETTINGS_INVALID` where a kept secret would go to another place than the one it was given for.
 */
export function applyChange(settings: Settings, change: SettingsChange, options: ChangeOptions): unknown {
  switch (change.kind) {
    case 'template': {
      const old = settings.templates.find(({ id }) => id === change.value.id);
      assertWebhookStays(old?.webhook, change.value.webhook, options);
      const recording = { enabled: true, ...old?.recording, ...change.value.recording };
      const next = { ...old, ...change.value, recording, id: change.value.id ?? options.newId() };
      return { ...settings, templates: replaced(settings.templates, next) };
    }
    case 'room': {
      const old = settings.rooms.find(({ id }) => id === change.value.id);
      assertWebhookStays(old?.webhook, change.value.webhook, options);
      const next = { ...old, ...change.value, id: change.value.id ?? options.newId() };
      return { ...settings, rooms: replaced(settings.rooms, next) };
    }
    case 'remove-template':
      return withoutTemplate(settings, change.id);
    case 'remove-room':
      return { ...settings, rooms: settings.rooms.filter(({ id }) => id !== change.id) };
    case 'hosted':
      assertTokenStays(settings.hosted, change.value, options);
      return { ...settings, hosted: change.value };
    case 'recorder':
      return { ...settings, recorder: change.value };
    case 'uploads':
      return { ...settings, uploads: withoutNulls({ ...settings.uploads, ...change.value }) };
    case 'updates':
      return { ...settings, updates: change.value };
    case 'composite':
      return { ...settings, composite: withoutNulls({ ...settings.composite, ...change.value }) };
    case 'encoding':
      return { ...settings, encoding: withoutNulls({ ...settings.encoding, ...change.value }) };
    case 'retention': {
      const { delivered_days: days } = change.value;
      return { ...settings, retention: days === null ? null : { delivered_days: days } };
    }
    case 'webhook':
      assertWebhookStays(settings.webhook, change.value, options);
      return { ...settings, webhook: change.value };
  }
}

const withoutNulls = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));

/** The list with `next` in the place of what has its id, or at the end. */
function replaced(list: readonly { id: string }[], next: { id: string }): { id: string }[] {
  const known = list.some(({ id }) => id === next.id);
  return known ? list.map((item) => (item.id === next.id ? next : item)) : [...list, next];
}

function withoutTemplate(settings: Settings, id: string): Settings {
  const rooms = settings.rooms.filter((room) => room.template_id === id);
  const [first] = rooms;
  if (first !== undefined) {
    const name = settings.templates.find((template) => template.id === id)?.name ?? id;
    throw new RollcallError(
      'SETTINGS_INVALID',
      `The template "${name}" cannot be removed: ${rooms.length === 1 ? `the room "${first.name}" depends` : `${rooms.length} rooms depend`} on it.`,
      'Give those rooms another template first.',
    );
  }
  return { ...settings, templates: settings.templates.filter((template) => template.id !== id) };
}

type WebhookPart = { url: string; headers?: Record<string, string> | undefined } | null | undefined;

/** Header values are sent as they are: a page must not be able to have them sent to a server of its choice. */
function assertWebhookStays(old: WebhookPart, next: WebhookPart, { hidden }: ChangeOptions): void {
  if (!old || !next || originOf(old.url) === originOf(next.url)) return;
  const [name] = Object.entries(next.headers ?? {}).find(([, value]) => value === hidden) ?? [];
  if (name === undefined) return;
  throw new RollcallError(
    'SETTINGS_INVALID',
    `The webhook goes to another server now, and the value of its header "${name}" was kept for the old one.`,
    'Enter the header values again.',
  );
}

type HostedPart = { credentials_endpoint?: string | undefined; credentials_token?: string | undefined };

function assertTokenStays(old: HostedPart | null | undefined, next: HostedPart | null, options: ChangeOptions): void {
  const before = originOf(old?.credentials_endpoint ?? '');
  if (!next || next.credentials_token !== options.hidden || originOf(next.credentials_endpoint ?? '') === before)
    return;
  throw new RollcallError(
    'SETTINGS_INVALID',
    'The credentials service is another one now, and the token was kept for the old one.',
    'Enter the token again.',
  );
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
