import { app } from 'electron';
import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Load } from './recording/budget.ts';

/** How often the machine is looked at while recordings run. */
const INTERVAL_MS = 5000;

/** Looks at the machine now and then, so that the budget of recordings can be asked at any moment. */
export class MachineLoad {
  readonly #libraryDir: () => string;
  readonly #capturedBytes: () => number;
  #timer: NodeJS.Timeout | undefined;
  #capturingCores = 0;
  #freeDiskBytes: number | null = null;
  #bytes = { at: Date.now(), total: 0, perSecond: 0 };

  /** @param capturedBytes over all recordings under way, since their starts. */
  constructor(libraryDir: () => string, capturedBytes: () => number) {
    this.#libraryDir = libraryDir;
    this.#capturedBytes = capturedBytes;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** As of the last look. */
  now(): Load {
    return {
      cores: availableParallelism(),
      capturingCores: this.#capturingCores,
      freeMemoryBytes: availableMemory(),
      freeDiskBytes: this.#freeDiskBytes,
      bytesPerSecond: this.#bytes.perSecond,
    };
  }

  async #look(): Promise<void> {
    // Since the last call, in percent of the whole machine.
    const percent = app.getAppMetrics().reduce((sum, { cpu }) => sum + cpu.percentCPUUsage, 0);
    this.#capturingCores = (percent / 100) * availableParallelism();
    const [at, total] = [Date.now(), this.#capturedBytes()];
    const seconds = Math.max(1, (at - this.#bytes.at) / 1000);
    this.#bytes = { at, total, perSecond: Math.max(0, total - this.#bytes.total) / seconds };
    this.#freeDiskBytes = await statfs(this.#libraryDir()).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null, // Not every file system tells, and the folder may not be there yet.
    );
  }
}

/** Memory that programs can have; null on macOS, where what is free says nothing, as caches fill it and give way. */
const availableMemory = (): number | null => (process.platform === 'darwin' ? null : process.availableMemory());
