import { RollcallError } from '../contract/errors.ts';

/**
 * A place in the settings as people write it: `hosted.options.region`, `templates.classes.recording.enabled` (a
 * template or room by its id), `rooms[0].name`.
 */
export type SettingsPath = readonly string[];

export function parsePath(text: string): SettingsPath {
  const parts = text
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
  if (parts.some((part) => part === '__proto__' || part === 'constructor' || part === 'prototype'))
    throw unknownField(text, []);
  return parts;
}

/** The value there. Throws `SETTINGS_INVALID` where there is none. */
export function valueAtPath(settings: unknown, path: SettingsPath): unknown {
  let value = settings;
  for (const part of path) {
    const next = stepInto(value, part);
    if (next === undefined) throw unknownField(path.join('.'), childrenOf(value));
    value = next;
  }
  return value;
}

/**
 * A copy with another value there; `null` removes what may be absent. Whether the result is valid is for the schema.
 * Throws `SETTINGS_INVALID` where the way leads through something that is no object or list.
 */
export function withValueAtPath(settings: unknown, path: SettingsPath, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(settings)) {
    const items: unknown[] = settings;
    const index = indexOf(items, first);
    if (index < 0 || index > items.length) throw unknownField(first, childrenOf(settings));
    const changed = withValueAtPath(items[index] ?? {}, rest, value);
    return value === null && rest.length === 0
      ? items.filter((_, position) => position !== index)
      : items.toSpliced(index, 1, changed);
  }
  if (settings !== null && settings !== undefined && typeof settings !== 'object')
    throw unknownField(path.join('.'), []);
  const object: Record<string, unknown> = { ...settings };
  const changed = withValueAtPath(Object.hasOwn(object, first) ? object[first] : undefined, rest, value);
  return changed === null
    ? Object.fromEntries(Object.entries(object).filter(([name]) => name !== first))
    : { ...object, [first]: changed };
}

/** What stands on the command line: JSON where it is some, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function stepInto(value: unknown, part: string): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items[indexOf(items, part)];
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === part)?.[1];
}

/** By id, else by position. */
function indexOf(items: readonly unknown[], part: string): number {
  const byId = items.findIndex((item) => typeof item === 'object' && item !== null && 'id' in item && item.id === part);
  if (byId >= 0) return byId;
  return /^\d{1,6}$/.test(part) ? Number(part) : -1;
}

function childrenOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.map((item, index) =>
      typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : String(index),
    );
  }
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function unknownField(path: string, there: readonly string[]): RollcallError {
  return new RollcallError(
    'SETTINGS_INVALID',
    `The settings have no "${path}".`,
    there.length === 0 ? 'See "rollcall settings get" for what there is.' : `There is: ${there.join(', ')}.`,
  );
}
