import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';

/** Says which process works on a folder, so that another one leaves it alone: a process id, and when that began. */
const LOCK_FILE = '.in-use';

/**
 * Takes a session folder (or a whole library, for watching its rooms) for one piece of work.
 * @returns gives it back. Throws SESSION_BUSY while another living process has it, or this one; a dead one's lock is
 *   taken over.
 */
export async function lockSession(dir: string): Promise<() => Promise<void>> {
  const file = join(dir, LOCK_FILE);
  const mine = `${process.pid} ${(await startOf(process.pid)) ?? ''}`.trim();
  for (;;) {
    try {
      await writeFile(file, mine, { mode: 0o600, flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue; // Given back meanwhile.
    const holder = await living(text);
    if (holder !== null) throw busy(dir, holder);
    await takeAway(file, text);
  }
}

/** The living process that works on a folder, or null. */
export async function holderOf(dir: string): Promise<number | null> {
  const text = await readFile(join(dir, LOCK_FILE), 'utf8').catch(() => null);
  return text === null ? null : living(text);
}

/** Moves a dead process's lock away, unless another one has taken it over at the same moment. */
async function takeAway(file: string, dead: string): Promise<void> {
  const aside = `${file}-${process.pid}`;
  await rename(file, aside).catch(() => undefined); // Gone: somebody else was quicker.
  const text = await readFile(aside, 'utf8').catch(() => null);
  if (text !== null && text !== dead) await rename(aside, file);
  else await rm(aside, { force: true });
}

async function living(lock: string): Promise<number | null> {
  const [id = '', began] = lock.split(' ');
  const pid = Number(id);
  if (id === '' || !Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  const start = await startOf(pid);
  // Process ids are used again, in containers within seconds.
  return began !== undefined && start !== null && began !== start ? null : pid;
}

/** When a process began, in the kernel's ticks (field 22 of /proc/PID/stat); null where the system does not tell. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The second field is the program's name in brackets, which may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Whether a process of this id runs, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function busy(dir: string, holder: number): RollcallError {
  return holder === process.pid
    ? new RollcallError('SESSION_BUSY', `${dir} is being worked on already.`, 'Wait until that is done.')
    : new RollcallError(
        'SESSION_BUSY',
        `${dir} is being worked on by another Rollcall (process ${holder}).`,
        'Wait until that one is done.',
      );
}
