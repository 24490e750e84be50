/** How many recordings may run at once: a number, or as many as the machine was measured to carry. */
export type Budget = number | 'auto';

/** What the machine has and does, as far as it bounds recordings. null: it cannot be told. */
export interface Load {
  cores: number;
  /** Cores that capturing uses now (this program's own processes; ffmpeg, which stands back, is not among them). */
  capturingCores: number;
  freeMemoryBytes: number | null;
  /** Of the library's disk. */
  freeDiskBytes: number | null;
  /** What the recordings under way write, bytes a second in all. */
  bytesPerSecond: number;
}

/** Share of the cores that capturing may use: the rest is for the call's bursts, the system and the files. */
const CAPTURING_SHARE = 0.6;
/** Cores that a recording is expected to use for capturing where none runs that could be measured: a call of about six. */
const FIRST_GUESS_CORES = 0.25;
/** A capture page, its buffers, and the readers of its tracks. */
const MEMORY_BYTES = 400e6;
/** The files need what was captured about twice more (see the disk check of a recording). */
const DISK_FACTOR = 3;
/** A recording that begins should find room for this long, beside those that run. */
const DISK_MINUTES = 15;
/** Bytes a second of a recording where none runs that could be measured: six people at 1 Mbit/s. */
const FIRST_GUESS_BYTES_PER_SECOND = 750_000;

/**
 * Whether one more recording may begin beside `running` others without starving them. Pure. The first one always may.
 * `auto` allows one recording a core, as long as processor, memory and disk were measured to suffice for one more of
 * the kind that runs.
 * @returns null, or the reason why not, as a sentence.
 */
export function admission(budget: Budget, running: number, load: Load): string | null {
  if (running === 0) return null;
  const now = running === 1 ? '1 recording is' : `${running} recordings are`;
  const most = budget === 'auto' ? Math.max(1, load.cores) : budget;
  if (running >= most) {
    const why = budget === 'auto' ? `the ${most} that its ${most} cores carry` : `${most}, as configured`;
    return `${now} under way, and this computer's budget is ${why}.`;
  }
  if (budget !== 'auto') return null;
  const perRecording = Math.max(load.capturingCores / running, FIRST_GUESS_CORES);
  const cores = load.capturingCores + perRecording;
  if (cores > load.cores * CAPTURING_SHARE) {
    return `${now} using ${load.capturingCores.toFixed(1)} of ${load.cores} cores for capturing alone; one more would leave too little.`;
  }
  if (load.freeMemoryBytes !== null && load.freeMemoryBytes < MEMORY_BYTES) {
    return `${now} under way and ${Math.round(load.freeMemoryBytes / 1e6)} MB of memory are free; one more needs about ${MEMORY_BYTES / 1e6} MB.`;
  }
  const rate = load.bytesPerSecond + Math.max(load.bytesPerSecond / running, FIRST_GUESS_BYTES_PER_SECOND);
  const minutes = load.freeDiskBytes === null ? Infinity : load.freeDiskBytes / (DISK_FACTOR * rate * 60);
  if (minutes < DISK_MINUTES) {
    return `${now} under way, and with one more the disk would be full in about ${Math.floor(minutes)} minutes.`;
  }
  return null;
}
