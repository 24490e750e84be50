import { readdir, readFile } from 'node:fs/promises';

/** Renderer processes below a process. Linux only, as /proc is. */
export async function renderersOf(root: number): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  const renderers: number[] = [];
  for (const pid of all) {
    // A process may end between the listing and the reading.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.includes('--type=renderer')) renderers.push(pid);
  }
  const isBelow = (pid: number): boolean => pid === root || (pid > 1 && isBelow(parents.get(pid) ?? 0));
  return renderers.filter(isBelow);
}
