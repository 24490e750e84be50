import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';

/** Says which process works on a session, so that another one leaves it alone. Holds a process id. */
const LOCK_FILE = '.in-use';

/**
 * Takes a session folder for this process, which may hold it already.
 * @returns gives it back. Throws SESSION_BUSY while another living process has it; a dead one's lock is taken over.
 */
export async function lockSession(dir: string): Promise<() => Promise<void>> {
  const file = join(dir, LOCK_FILE);
  const holder = await holderOf(dir);
  if (holder !== null && holder !== process.pid) {
    throw new RollcallError(
      'SESSION_BUSY',
      `${dir} is being worked on by another Rollcall (process ${holder}).`,
      'Wait until that one is done.',
    );
  }
  await writeFile(file, String(process.pid), { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** The living process that works on a session, or null. */
export async function holderOf(dir: string): Promise<number | null> {
  const text = await readFile(join(dir, LOCK_FILE), 'utf8').catch(() => null);
  const pid = Number(text);
  return text !== null && Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
