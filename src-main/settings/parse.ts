import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { RollcallError } from '../contract/errors.ts';
import { settingsSchema, type Settings } from '../contract/settings.ts';

/** Fields whose value may appear in a message; of all others only its kind does, as they may hold secrets. */
const SHOWN_FIELDS = new Set([
  'id',
  'template_id',
  'recording',
  'type',
  'enabled',
  'force_path_style',
  'region',
  'location',
  'start',
  'stop_when_empty_seconds',
  'max_duration_seconds',
]);

/**
 * Reads and checks a settings file.
 * @throws RollcallError `SETTINGS_INVALID` that names the file, every wrong field and the remedy, never a secret.
 */
export async function readSettingsFile(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new RollcallError(
      'SETTINGS_INVALID',
      `The settings file ${path} cannot be read: ${why}.`,
      'Check the path given with --settings.',
      { cause: error },
    );
  }
  return parseSettings(text, path);
}

/**
 * Settings from JSON text.
 * @param fileName how messages call the text.
 * @throws RollcallError `SETTINGS_INVALID` as `readSettingsFile`.
 */
export function parseSettings(text: string, fileName: string): Settings {
  const json = parseJson(text.replace(/^\uFEFF/, ''), fileName);
  return checkSettings(json, fileName);
}

/** Settings from a parsed value; throws as `parseSettings`. */
export function checkSettings(json: unknown, fileName: string): Settings {
  return checkAgainst(settingsSchema, json, fileName);
}

/** A parsed value by one of the settings' schemas; throws as `parseSettings`. */
export function checkAgainst<T>(schema: z.ZodType<T>, json: unknown, fileName: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describeIssue(issue, json));
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see the details)` : '';
  throw new RollcallError(
    'SETTINGS_INVALID',
    `${fileName}: ${problems[0] ?? 'the settings are not valid'}${more}.`,
    `Correct ${fieldPath(result.error.issues[0]?.path ?? [])} and try again.`,
    { details: problems.join('\n') },
  );
}

/** JSON text; throws RollcallError `SETTINGS_INVALID` that quotes nothing of it. */
export function parseJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's message quotes the text around the fault, which may be a secret: only the place is taken from it.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place =
      text.trim() === ''
        ? ': it is empty'
        : position === undefined
          ? ''
          : `: look at ${lineAndColumn(text, Number(position))}`;
    throw new RollcallError(
      'SETTINGS_INVALID',
      `${fileName} is not valid JSON${place}.`,
      'Correct it there (a missing comma or quotation mark, a comma before a bracket, a comment) and try again.',
    );
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** `templates[0].recording.enabled`, or "the settings" for the whole. */
function fieldPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the settings' : text.replace(/^\./, '');
}

function describeIssue(issue: z.core.$ZodIssue, json: unknown): string {
  const field = fieldPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${key}"`).join(', ');
    return `${field} has ${names}, which no setting is called: remove it or correct its name`;
  }
  const value = valueAt(json, issue.path);
  if (value === undefined) return `${field} is missing`;
  const name = issue.path.at(-1);
  const detail =
    typeof name === 'string' && SHOWN_FIELDS.has(name) && ['string', 'number', 'boolean'].includes(typeof value)
      ? JSON.stringify(value).slice(0, 80)
      : kindOf(value);
  if (issue.code === 'invalid_type') return `${field} must be ${article(issue.expected)} but is ${detail}`;
  if (issue.code === 'custom') return `${field}: ${issue.message}`;
  return `${field} ${issue.message.startsWith('must') ? '' : 'is not accepted: '}${issue.message}, but is ${detail}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === String(part))?.[1];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.trim() === '' ? 'an empty text' : 'another text';
  return article(typeof value);
}

function article(kind: string): string {
  const word = kind === 'string' ? 'text' : kind === 'array' ? 'list' : kind === 'boolean' ? 'true or false' : kind;
  if (word === 'true or false' || word === 'text') return word;
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}
