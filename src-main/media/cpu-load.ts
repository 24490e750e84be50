import { cpus } from 'node:os';

/**
 * How busy the machine is with other work than ours at low priority, which systems count as `nice`. Windows does not tell
 * it apart: nothing is ever deferred there, and the scheduler alone keeps the capture safe.
 */
export class CpuLoad {
  #before = totals();

  /** Share of all cores that others used since the last call, 0 to 1. */
  othersShare(): number {
    const now = totals();
    const all = now.all - this.#before.all;
    const others = now.others - this.#before.others;
    this.#before = now;
    return all > 0 && process.platform !== 'win32' ? others / all : 0;
  }
}

function totals(): { all: number; others: number } {
  let [all, others] = [0, 0];
  for (const { times } of cpus()) {
    others += times.user + times.sys + times.irq;
    all += times.user + times.sys + times.irq + times.idle + times.nice;
  }
  return { all, others };
}
