import { readdir, readFile } from 'node:fs/promises';

/** Renderer processes below a process. Linux only, as /proc is. */
export const renderersOf = (root: number): Promise<number[]> =>
  processesBelow(root, (words) => words.includes('--type=renderer'));

/** Processes below a process, itself included, by their command line's words (one after the other with NUL between). Linux only. */
export async function processesBelow(root: number, isWanted: (words: string) => boolean): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  const wanted: number[] = [];
  for (const pid of all) {
    // A process may end between the listing and the reading.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (isWanted(words)) wanted.push(pid);
  }
  const isBelow = (pid: number): boolean => pid === root || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return wanted.filter(isBelow);
}

/** Kills a process (SIGKILL) unless it has ended. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
