import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import { MANIFEST_FILE } from '../contract/ids.ts';
import { sessionSchema, type Session } from '../contract/session.ts';

/** A manifest as it was read, or why it could not be. `stamp` changes whenever the file does. */
export type ReadSession =
  { ok: true; stamp: string; session: Session } | { ok: false; stamp: string; error: RollcallError };

/** What tells a changed manifest without reading it: inode (a manifest is replaced, not written into), time and size. */
export async function manifestStamp(dir: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(join(dir, MANIFEST_FILE));
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return 'missing'; // Reading it says why.
  }
}

/** Reads one session folder. Never throws for what is wrong with the folder: that is the answer. */
export async function readSession(dir: string): Promise<ReadSession> {
  const stamp = await manifestStamp(dir);
  const broken = (what: string, details: string): ReadSession => ({
    ok: false,
    stamp,
    error: new RollcallError(
      'SESSION_INVALID',
      `The session file of "${dir}" ${what}.`,
      'The recorded tracks are untouched. Run "rollcall recover" on the folder, or put back a copy of session.json.',
      { details },
    ),
  });
  let text: string;
  try {
    text = await readFile(join(dir, MANIFEST_FILE), 'utf8');
  } catch (error) {
    return broken(stamp === 'missing' ? 'is missing' : 'cannot be read', String(error));
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return broken('is not valid JSON', String(error));
  }
  const parsed = sessionSchema.safeParse(json);
  if (!parsed.success) {
    const newer =
      typeof json === 'object' && json !== null && 'schema_version' in json && Number(json.schema_version) > 1;
    return broken(
      newer ? 'was written by a newer Rollcall' : 'does not have the expected fields',
      parsed.error.message,
    );
  }
  return { ok: true, stamp, session: parsed.data };
}
