/** A monotonic clock differs from the wall's by less than this where the computer did not sleep. */
const SLEEP_MS = 1000;

/**
 * A monotonic clock that goes on while the computer sleeps. Most systems' monotonic clocks stand still then (and some do
 * not), so that a session's time would lag behind the time of day and no gap would be seen. The wall clock says by how much
 * it stood still; alone it is no clock, as it is set by people and servers.
 */
export class SleepClock {
  readonly #monotonicMs: () => number;
  readonly #wallMs: () => number;
  #asleepMs = 0;
  /** By how much the wall clock is ahead where nobody slept. */
  #aheadMs: number;

  constructor(monotonicMs: () => number, wallMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#wallMs = wallMs;
    this.#aheadMs = wallMs() - monotonicMs();
  }

  now(): number {
    return this.#monotonicMs() + this.#asleepMs;
  }

  /** The computer slept for about `ms`: what the monotonic clock missed of it is made up for. */
  slept(ms: number): void {
    const missedMs = this.#wallMs() - this.now() - this.#aheadMs;
    if (missedMs < SLEEP_MS || ms < SLEEP_MS) return;
    this.#asleepMs += Math.min(missedMs, ms + SLEEP_MS);
    this.#aheadMs = this.#wallMs() - this.now();
  }
}
