import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Outcome } from './cli/program.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import { MANIFEST_FILE } from './contract/ids.ts';
import { plural } from './contract/texts/en/plural.ts';
import { doneEvent } from './deliver.ts';
import { makeFiles, type FinishTools } from './finish.ts';
import { measureFiles, type MeasureTools } from './measure-files.ts';
import { lockSession } from './recording/lock.ts';
import { SessionManifest } from './recording/manifest.ts';

/** What recovering needs. */
export type RecoverTools = FinishTools & Pick<MeasureTools, 'previews'>;

/** `<library>/<room>/<date>/<session>`: how deep below a library its sessions are. */
const SESSION_DEPTH = 3;

/**
 * Finishes what a crash left: makes the missing files of one session, or of every unfinished session of a library.
 * Sessions that another process works on are left alone and said to be. Uploads are for `rollcall upload`.
 */
export async function recoverPath(path: string, tools: RecoverTools): Promise<Outcome> {
  const root = resolve(path);
  const dirs = await findSessions(root, SESSION_DEPTH);
  if (dirs.length === 0) {
    throw new RollcallError(
      'SESSION_INVALID',
      `There is no session in ${root}.`,
      'Name a library or the folder of one session.',
    );
  }
  const one = dirs.length === 1 && dirs[0] === root;
  let outcome: Outcome = { done: null, error: null };
  let made = 0;
  const counting: RecoverTools = {
    ...tools,
    onMade: (outputId) => {
      made++;
      tools.onMade?.(outputId);
    },
  };
  for (const dir of dirs) {
    const error = await recoverSession(dir, one, counting).catch((thrown: unknown) => toRollcallError(thrown));
    if (error && !one) tools.emit({ event: 'warning', code: error.code, message: `${dir}: ${error.message}` });
    outcome = { ...outcome, error: outcome.error ?? (error?.code === 'SESSION_BUSY' && !one ? null : error) };
    if (one && !(error && error.code === 'SESSION_INVALID'))
      outcome.done = doneEvent(await SessionManifest.open(dir), null);
  }
  const result = made === 0 ? 'no file was missing' : `${plural(made, 'file')} made`;
  outcome.summary = `${plural(dirs.length, 'session')} looked at: ${result}.`;
  if (!one) outcome.done = { event: 'done', session_dir: null, composite: null, streams: [], uploads: [] };
  return outcome;
}

async function recoverSession(dir: string, always: boolean, tools: RecoverTools): Promise<RollcallError | null> {
  const manifest = await SessionManifest.open(dir);
  const finished = manifest.session.state === 'done' || manifest.session.state === 'delivering';
  if (finished && !always) return null;
  const unlock = await lockSession(dir);
  try {
    const error = await makeFiles(manifest, tools);
    await measureFiles(manifest, tools);
    return error;
  } finally {
    await unlock();
  }
}

async function findSessions(dir: string, depth: number): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new RollcallError(
      'SESSION_INVALID',
      `${dir} cannot be read.`,
      'Name a library or the folder of one session.',
      { details: error.message },
    );
  });
  if (entries.some((entry) => entry.name === MANIFEST_FILE)) return [dir];
  if (depth === 0) return [];
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => findSessions(join(dir, entry.name), depth - 1));
  return (await Promise.all(below)).flat();
}
