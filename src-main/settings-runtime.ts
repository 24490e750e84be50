import { readFile, writeFile } from 'node:fs/promises';
import { basename, resolve as resolvePath } from 'node:path';
import type { CheckedDestination, ListedRoom, SettingsServices } from './cli/settings-commands.ts';
import { RollcallError } from './contract/errors.ts';
import type { Destination, Hosted, Settings, UploadInfo } from './contract/settings.ts';
import type { Environment } from './environment.ts';
import { parsePath, parseValue, valueAtPath, withValueAtPath } from './settings/edit.ts';
import { resolve, storeTarget } from './settings/resolve.ts';
import { splitSecrets } from './settings/secrets.ts';
import { normalizePrefix } from './upload/keys.ts';
import { objectPath, storeUrl } from './upload/open-store.ts';
import { storeName } from './upload/store-errors.ts';
import { checkDestination } from './upload/validate.ts';

/** The settings' commands on the app's own settings, or on a file. */
export function settingsServices(environment: Environment): SettingsServices {
  const store = environment.settingsStore;
  return {
    get: async (path, file) => {
      const { settings } = splitSecrets(await environment.settings(file));
      return path === undefined ? settings : valueAtPath(settings, parsePath(path));
    },
    set: async (path, text, options) => {
      const value = parseValue(text === '-' ? (await readInput()).replace(/\r?\n$/, '') : text);
      store.save(withValueAtPath(store.redacted(), parsePath(path), value), options);
    },
    import: async (file, options) => {
      const path = resolvePath(file);
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        throw new RollcallError('SETTINGS_INVALID', `${path} cannot be read.`, 'Give the path of a settings file.', {
          details: String(error),
        });
      });
      store.import(text, basename(path), options);
      const { templates, rooms } = store.redacted();
      return { templates: templates.length, rooms: rooms.length };
    },
    export: async (file, options) => {
      const text = store.export(options);
      if (file !== undefined) await writeFile(resolvePath(file), text, { mode: 0o600 });
      return text;
    },
    validate: async (file, signal) => checkAll(await environment.settings(file), signal),
    rooms: async (file) => listRooms(await environment.settings(file)),
    validationError,
  };
}

function listRooms(settings: Settings): ListedRoom[] {
  return settings.rooms.map((room) => {
    const { record, reason, destination } = resolve(settings, room);
    const template = settings.templates.find(({ id }) => id === room.template_id) ?? null;
    const { id, name, url, recording } = room;
    return {
      ...{ id, name, url, recording, template: template?.name ?? null, records: record, reason },
      destination: place(destination),
    };
  });
}

function place(destination: Destination): string | null {
  if (!destination.configured) return null;
  if (destination.kind === 'hosted') return 'hosted';
  const prefix = normalizePrefix(destination.store.prefix);
  return prefix === '' ? storeUrl(destination.store) : objectPath(destination.store, prefix);
}

/** Each destination of the settings once, wherever it is named first. */
async function checkAll(settings: Settings, signal: AbortSignal): Promise<CheckedDestination[]> {
  const named: [string, UploadInfo | Hosted | null | undefined][] = [
    ['hosted', settings.hosted],
    ...settings.templates.map(({ id, recording }): [string, UploadInfo | null | undefined] => [
      `templates.${id}`,
      recording.upload_info,
    ]),
    ...settings.rooms.map(({ id, upload_info: info }): [string, UploadInfo | null | undefined] => [
      `rooms.${id}`,
      info,
    ]),
  ];
  const seen = new Set<string>();
  const checked: CheckedDestination[] = [];
  for (const [where, info] of named) {
    if (info == null || signal.aborted) continue;
    const target = storeTarget(info);
    const identity = JSON.stringify(target);
    if (seen.has(identity)) continue;
    seen.add(identity);
    checked.push({ place: where, store: storeName(target), checks: await checkDestination(target, signal) });
  }
  return checked;
}

function validationError(checked: readonly CheckedDestination[]): RollcallError | null {
  const bad = checked.filter(({ checks }) => checks.some(({ required, error }) => required && error !== null));
  const first = bad[0]?.checks.find(({ required, error }) => required && error !== null)?.error;
  if (first == null) return null;
  return new RollcallError(
    'UPLOAD_FAILED',
    `${bad.length} of ${checked.length} destinations would not take an upload. ${first.message}`,
    first.remedy,
  );
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
