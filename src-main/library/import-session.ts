import { randomUUID } from 'node:crypto';
import { access, cp, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import { MANIFEST_FILE } from '../contract/ids.ts';
import { readSession } from './read-session.ts';
import { scanLibrary } from './scan.ts';

/** What became of one session folder. */
export type Imported = { sessionId: string; dir: string } | { skipped: string; why: string };

/**
 * Copies session folders into the library, under the names that their own manifests give. `path` is one session's folder
 * or a tree of them. What is there already is left alone; a copy comes into sight only when it is whole.
 */
export async function importSessions(path: string, library: string): Promise<Imported[]> {
  const results: Imported[] = [];
  for (const dir of await sessionDirs(path)) results.push(await importOne(dir, library));
  if (results.length === 0) results.push({ skipped: basename(path), why: `no folder in it has a ${MANIFEST_FILE}` });
  return results;
}

async function sessionDirs(path: string): Promise<string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [];
  if (await exists(join(path, MANIFEST_FILE))) return [path];
  const found: string[] = [];
  for await (const place of scanLibrary(path)) found.push(place.dir);
  return found;
}

async function importOne(dir: string, library: string): Promise<Imported> {
  const name = basename(dir);
  const read = await readSession(dir);
  if (!read.ok) return { skipped: name, why: read.error.message };
  const { room, start_date: date, session_id: sessionId } = read.session;
  if (!/^[0-9a-f]{24}$/.test(room.id)) return { skipped: name, why: 'its room id is not 24 hexadecimal digits' };
  const target = join(resolve(library), room.id, date, sessionId);
  if (await exists(target)) return { skipped: name, why: 'it is in the library already' };
  if (read.session.state === 'recording') return { skipped: name, why: 'it is still being recorded' };
  const coming = join(dirname(target), `.coming-${randomUUID()}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    // Links could lead out of the folder: only what lies in it is copied.
    await cp(dir, coming, { recursive: true, filter: async (from) => !(await lstat(from)).isSymbolicLink() });
    await assertSame(dir, coming);
    await rename(coming, target);
  } catch (error) {
    await rm(coming, { recursive: true, force: true });
    throw new RollcallError(
      'DISK_FAILED',
      `"${name}" could not be copied into the library.`,
      'Nothing of it was left behind. Look whether the disk has space, then import it again.',
      { details: String(error), cause: error },
    );
  }
  return { sessionId, dir: target };
}

/** Every file has arrived with its size. */
async function assertSame(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const [was, is] = await Promise.all([stat(path), stat(join(to, relative(from, path)))]);
    if (was.size !== is.size) throw new Error(`${entry.name}: ${is.size} of ${was.size} bytes`);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
