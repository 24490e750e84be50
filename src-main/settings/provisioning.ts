import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import {
  PROVISIONED_FIELDS,
  provisioningSchema,
  type ProvisionedField,
  type Provisioning,
  type Settings,
} from '../contract/settings.ts';
import { checkAgainst, parseJson } from './parse.ts';
import { splitSecrets } from './secrets.ts';

/** A provisioning file that was read. */
export interface Provisioned {
  file: string;
  values: Provisioning;
}

/** Where an administrator may put the file, the first that is there counts. `ROLLCALL_PROVISIONING` names another place. */
export function provisioningFiles(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  resourcesDir: string | null,
): string[] {
  const named = env['ROLLCALL_PROVISIONING'];
  if (named !== undefined && named !== '') return [named];
  const system =
    platform === 'win32'
      ? join(env['ProgramData'] ?? 'C:\\ProgramData', 'Rollcall', 'provisioning.json')
      : platform === 'darwin'
        ? '/Library/Application Support/Rollcall/provisioning.json'
        : '/etc/rollcall/provisioning.json';
  return resourcesDir === null ? [system] : [system, join(resourcesDir, 'provisioning.json')];
}

/** The first of these files that exists. Throws RollcallError `SETTINGS_INVALID` where it cannot be read or is wrong. */
export function readProvisioning(files: readonly string[]): Provisioned | null {
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw new RollcallError(
        'SETTINGS_INVALID',
        `The provisioning file ${file} cannot be read (${code}).`,
        'Ask the administrator of this computer to make it readable.',
        { cause: error },
      );
    }
    return { file, values: checkAgainst(provisioningSchema, parseJson(text, file), file) };
  }
  return null;
}

const isLocked = ({ values }: Provisioned, field: ProvisionedField): boolean => values.locked.includes(field);

/** The settings in force: a provisioned value stands where there is no own one, and where it is locked. Pure. */
export function withProvisioning(settings: Settings, provisioned: Provisioned | null): Settings {
  if (provisioned === null) return settings;
  const merged: Settings = { ...settings };
  for (const field of PROVISIONED_FIELDS) {
    const value = provisioned.values[field] ?? null;
    if (isLocked(provisioned, field) || (settings[field] == null && value !== null))
      Object.assign(merged, { [field]: structuredClone(value) });
  }
  return merged;
}

/**
 * The user's own part of settings that were edited with the provisioned values in them.
 * @throws RollcallError `SETTINGS_LOCKED` where a locked field was changed.
 */
export function withoutProvisioning(edited: Settings, provisioned: Provisioned | null): Settings {
  if (provisioned === null) return edited;
  const clear = withProvisioning({ templates: [], rooms: [] }, provisioned);
  const hidden = splitSecrets(clear).settings;
  const own: Settings = { ...edited };
  for (const field of PROVISIONED_FIELDS) {
    const same = [clear, hidden].some((other) => isSame(edited[field], other[field]));
    if (isLocked(provisioned, field)) {
      if (!same && edited[field] != null) throw locked(field, provisioned.file);
      Object.assign(own, { [field]: undefined });
    } else if (same) Object.assign(own, { [field]: undefined });
  }
  return own;
}

const isSame = (one: unknown, other: unknown): boolean => sorted(one ?? null) === sorted(other ?? null);

/** JSON with the keys of objects in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function locked(field: ProvisionedField, file: string): RollcallError {
  return new RollcallError(
    'SETTINGS_LOCKED',
    `"${field}" cannot be changed: the administrator of this computer has set it in ${file}.`,
    `Leave "${field}" as it is, or ask the administrator.`,
  );
}
