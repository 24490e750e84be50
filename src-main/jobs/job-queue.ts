import { toRollcallError, type RollcallError } from '../contract/errors.ts';

/**
 * What came of one run of a job. `retry`: the same job may succeed later with nothing changed; `progressed` says that
 * this run got further than the one before, which gives the job all its attempts again.
 */
export type JobOutcome =
  | { kind: 'finished' }
  /** `atMs`: Unix milliseconds at which it is due, for jobs that keep a schedule of their own; it never runs out. */
  | { kind: 'retry'; error: RollcallError; progressed: boolean; atMs?: number }
  | { kind: 'failed'; error: RollcallError };

/**
 * Work that a session folder asks for: finishing its files, its uploads, its webhooks. A job keeps nothing of its own:
 * what is left to do is in session.json, so that after a restart the same jobs are added again from the folders.
 */
export interface Job {
  /** One job of a key at a time: `upload/<session_id>`. */
  key: string;
  /** Does only what is still to be done. What it throws makes it failed. */
  run: (signal: AbortSignal) => Promise<JobOutcome>;
}

export type JobState =
  | { kind: 'queued'; attempts: number }
  | { kind: 'running'; attempts: number }
  /** `retryAtMs`: Unix milliseconds. */
  | { kind: 'waiting'; attempts: number; retryAtMs: number; error: RollcallError }
  | { kind: 'finished' }
  /** Stays in the list until the job is added again. */
  | { kind: 'failed'; error: RollcallError }
  | { kind: 'cancelled' };

export interface JobQueueOptions {
  /** Jobs that run at once. */
  concurrency: number;
  /** Waits between attempts; a job that needs more is failed. */
  delaysMs?: readonly number[];
  /** Told of every change of a job's state. */
  onChange?: (key: string, state: JobState) => void;
}

/** 30 s, 2, 10 and 30 minutes, then hourly for a day. */
export const JOB_DELAYS_MS: readonly number[] = [
  30_000,
  120_000,
  600_000,
  1_800_000,
  ...Array.from({ length: 24 }, () => 3_600_000),
];

interface Entry {
  job: Job;
  state: JobState;
  abort: AbortController;
  timer: ReturnType<typeof setTimeout> | null;
  /** Called when the state is final. */
  settled: ((state: JobState) => void)[];
}

/** The one queue for work after a call: a job per key at a time, so many at once, repeated with growing waits. */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #entries = new Map<string, Entry>();
  #running = 0;
  #closed = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  /**
   * Queues a job; one of the same key that is under way goes on in its place, one that waits runs now.
   * @returns its final state.
   */
  add(job: Job): Promise<JobState> {
    let entry = this.#entries.get(job.key);
    if (entry === undefined || isFinal(entry.state)) {
      entry = { job, state: { kind: 'queued', attempts: 0 }, abort: new AbortController(), timer: null, settled: [] };
      this.#entries.set(job.key, entry);
      this.#options.onChange?.(job.key, entry.state);
    }
    const { settled } = entry;
    const end = new Promise<JobState>((resolve) => settled.push(resolve));
    this.retryNow(job.key);
    this.#startNext();
    return end;
  }

  /** Every job that was added, with its state, oldest first. */
  states(): ReadonlyMap<string, JobState> {
    return new Map([...this.#entries].map(([key, { state }]) => [key, state]));
  }

  /** Ends the wait of a job: the network is back, or the settings changed. */
  retryNow(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.state.kind !== 'waiting') return;
    this.#transition(entry, { kind: 'queued', attempts: entry.state.attempts });
    this.#startNext();
  }

  /** Stops a job. One that runs ends as soon as it can and keeps what it has done. */
  cancel(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || isFinal(entry.state)) return;
    entry.abort.abort();
    if (entry.state.kind !== 'running') this.#transition(entry, { kind: 'cancelled' });
  }

  /** Stops every job and takes no new ones; resolves when none runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#entries.values()]
      .filter(({ state }) => state.kind === 'running')
      .map(({ settled }) => new Promise<JobState>((resolve) => settled.push(resolve)));
    for (const key of this.#entries.keys()) this.cancel(key);
    await Promise.all(ends);
  }

  #startNext(): void {
    for (const entry of this.#entries.values()) {
      if (this.#closed || this.#running >= this.#options.concurrency) return;
      if (entry.state.kind === 'queued') void this.#run(entry, entry.state.attempts + 1);
    }
  }

  async #run(entry: Entry, attempts: number): Promise<void> {
    this.#running += 1;
    this.#transition(entry, { kind: 'running', attempts });
    const outcome = await entry.job
      .run(entry.abort.signal)
      .catch((thrown: unknown): JobOutcome => ({ kind: 'failed', error: toRollcallError(thrown) }));
    this.#running -= 1;
    this.#transition(entry, this.#after(outcome, attempts, entry.abort.signal.aborted));
    this.#startNext();
  }

  #after(outcome: JobOutcome, attempts: number, aborted: boolean): JobState {
    if (aborted && outcome.kind !== 'finished') return { kind: 'cancelled' };
    switch (outcome.kind) {
      case 'finished':
        return { kind: 'finished' };
      case 'failed':
        return { kind: 'failed', error: outcome.error };
      case 'retry': {
        const counted = outcome.progressed ? 1 : attempts;
        if (outcome.atMs !== undefined)
          return { kind: 'waiting', attempts: counted, retryAtMs: outcome.atMs, error: outcome.error };
        const delay = (this.#options.delaysMs ?? JOB_DELAYS_MS)[counted - 1];
        if (delay === undefined) return { kind: 'failed', error: outcome.error };
        return { kind: 'waiting', attempts: counted, retryAtMs: Date.now() + delay, error: outcome.error };
      }
    }
  }

  #transition(entry: Entry, next: JobState): void {
    if (entry.timer !== null) clearTimeout(entry.timer);
    entry.timer =
      next.kind === 'waiting' ? setTimeout(() => this.retryNow(entry.job.key), next.retryAtMs - Date.now()) : null;
    entry.state = next;
    this.#options.onChange?.(entry.job.key, next);
    if (isFinal(next)) for (const resolve of entry.settled.splice(0)) resolve(next);
  }
}

const isFinal = ({ kind }: JobState): boolean => kind === 'finished' || kind === 'failed' || kind === 'cancelled';
