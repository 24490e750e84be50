import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that Electron runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Processor time and memory of a process and everything below it. */
export interface TreeUsage {
  cpuSeconds: number;
  residentBytes: number;
  processes: number;
}

interface Stat {
  pid: number;
  parent: number;
  ticks: number;
  pages: number;
}

function stats(): Stat[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The command name stands in parentheses and may hold anything.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const number = (index: number): number => Number(fields[index - 3]);
      // proc(5): 4 ppid, 14 utime, 15 stime, 24 rss.
      return [{ pid: Number(name), parent: number(4), ticks: number(14) + number(15), pages: number(24) }];
    } catch {
      return []; // It ended between the listing and the reading.
    }
  });
}

/** Usage so far of the tree below (and with) a process. Linux only. */
export function treeUsage(root: number): TreeUsage {
  const all = stats();
  const tree = new Set([root]);
  // Children have larger ids than their parents only mostly: repeat until nothing is added.
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const own = all.filter(({ pid }) => tree.has(pid));
  return {
    cpuSeconds: own.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    residentBytes: own.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES,
    processes: own.length,
  };
}
