import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that Electron runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Processor time and memory of a process and everything below it. */
export interface TreeUsage {
  /** Of all that lives or was waited for. */
  cpuSeconds: number;
  /** The part of it that ran at low priority, or in children of the root that have ended: ffmpeg. */
  lowPriorityCpuSeconds: number;
  residentBytes: number;
  /** The part of it that belongs to helpers at low priority, which come and go. */
  lowPriorityResidentBytes: number;
  processes: number;
}

interface Stat {
  pid: number;
  parent: number;
  ticks: number;
  /** Of children that have ended. */
  childTicks: number;
  nice: number;
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
      // proc(5): 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime, 19 nice, 24 rss.
      return [
        {
          pid: Number(name),
          parent: number(4),
          ticks: number(14) + number(15),
          childTicks: number(16) + number(17),
          nice: number(19),
          pages: number(24),
        },
      ];
    } catch {
      return []; // It ended between the listing and the reading.
    }
  });
}

/** Processor seconds of one process, without its children; 0 where it has ended. */
export function processCpuSeconds(pid: number): number {
  return (stats().find((stat) => stat.pid === pid)?.ticks ?? 0) / TICKS_PER_SECOND;
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
  const whole = own.reduce((sum, { ticks, childTicks }) => sum + ticks + childTicks, 0);
  // Pages that have ended were children of Chromium's own helper, not of the root.
  const low = own.reduce(
    (sum, { pid, ticks, childTicks, nice }) =>
      sum + (nice > 0 ? ticks : 0) + (nice > 0 || pid === root ? childTicks : 0),
    0,
  );
  return {
    cpuSeconds: whole / TICKS_PER_SECOND,
    lowPriorityCpuSeconds: low / TICKS_PER_SECOND,
    residentBytes: own.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES,
    lowPriorityResidentBytes: own.reduce((sum, { pages, nice }) => sum + (nice > 0 ? pages : 0), 0) * PAGE_BYTES,
    processes: own.length,
  };
}

/** Share of all cores that did something since the call before, by anybody; the first call answers 0. */
export function machineLoad(): () => number {
  let [busyBefore, allBefore] = [0, 0];
  return () => {
    const first = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
    const ticks = first.split(/\s+/).slice(1, 9).map(Number);
    const all = ticks.reduce((sum, value) => sum + value, 0);
    const busy = all - (ticks[3] ?? 0) - (ticks[4] ?? 0);
    const share = allBefore === 0 ? 0 : (busy - busyBefore) / Math.max(1, all - allBefore);
    [busyBefore, allBefore] = [busy, all];
    return share;
  };
}
