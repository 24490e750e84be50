import type { ClockSample } from '../../src-main/contract/capture.ts';

/** A frame that comes this much before its timestamp's time, or is this much older than the last, is of another clock. */
const RESET_MS = 5000;
/** A frame that comes this late is, too: what waits in queues when a machine stalls comes sooner. */
const LATEST_MS = 60_000;
/**
 * After a pause that its sender announced, this late is enough: some senders' clocks stand still meanwhile, and nothing of
 * theirs can have waited in a queue for as long.
 */
const LATEST_AFTER_PAUSE_MS = 400;
/** How far back the least delay is looked for: two clocks drift apart by seconds in a day, but by nothing in a minute. */
const DELAY_WINDOW_MS = 30_000;

/**
 * RTP timestamps are 32 bits and wrap; this follows them across wraps, late packets included. Where a sender begins
 * them anew (another encoder, a clock that stood still in a pause, a wait of hours), they go on by the time of arrival.
 */
export class RtpUnwrapper {
  readonly #clockRate: number;
  #last: { rtp: number; ticks: number; arrivalMs: number } | null = null;
  /** The least that arrival was behind the timestamp, milliseconds, lately and before: delay only ever adds to it. */
  #delays = { sinceMs: -Infinity, leastMs: Infinity, beforeMs: Infinity };
  #wasPaused = false;
  /** How often the timestamps were begun anew. */
  resets = 0;

  /** @param clockRate ticks a second. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Its sender has paused: when packets come again, its clock may have stood still. */
  paused(): void {
    this.#wasPaused = true;
  }

  /** @returns the timestamp in clock ticks without wraps: continuous, maybe smaller than the last for a late packet. */
  unwrap(rtpTimestamp: number, arrivalMs: number): number {
    const last = this.#last;
    // The signed 32-bit difference from the last timestamp: nearest of all readings.
    const difference = last ? (rtpTimestamp - last.rtp) | 0 : 0;
    let ticks = last ? last.ticks + difference : rtpTimestamp;
    const silentMs = last ? arrivalMs - last.arrivalMs : 0;
    if (last && this.#isReset(difference, arrivalMs - this.#ms(ticks), silentMs)) {
      this.resets += 1;
      ticks = last.ticks + Math.max(1, Math.round((silentMs * this.#clockRate) / 1000));
      this.#delays = { sinceMs: arrivalMs, leastMs: Infinity, beforeMs: Infinity };
    }
    // What was on its way when the pause was announced says nothing of the time after it.
    if (silentMs > LATEST_AFTER_PAUSE_MS) this.#wasPaused = false;
    this.#noteDelay(arrivalMs - this.#ms(ticks), arrivalMs);
    if (!last || ticks > last.ticks) this.#last = { rtp: rtpTimestamp, ticks, arrivalMs };
    return ticks;
  }

  #noteDelay(delayMs: number, arrivalMs: number): void {
    const { sinceMs, leastMs } = this.#delays;
    if (arrivalMs - sinceMs < DELAY_WINDOW_MS) this.#delays.leastMs = Math.min(leastMs, delayMs);
    else this.#delays = { sinceMs: arrivalMs, leastMs: delayMs, beforeMs: leastMs };
  }

  #isReset(difference: number, delayMs: number, silentMs: number): boolean {
    const leastMs = Math.min(this.#delays.leastMs, this.#delays.beforeMs);
    const afterPause = this.#wasPaused && silentMs > LATEST_AFTER_PAUSE_MS;
    const early = delayMs < leastMs - RESET_MS;
    const late = delayMs > leastMs + (afterPause ? LATEST_AFTER_PAUSE_MS : LATEST_MS);
    return early || late || this.#ms(difference) < -RESET_MS;
  }

  #ms(ticks: number): number {
    return (ticks * 1000) / this.#clockRate;
  }
}

/**
 * Smooths arrival times. Jitter only ever delays, so within each window the frame that came least late says best how the
 * track's clock lies against ours; those samples are what the mapping is later fitted to.
 */
export class ClockSampler {
  readonly #windowMs: number;
  #best: ClockSample | null = null;
  #windowEnd: number | null = null;
  #switchMs: number | null = null;

  constructor(windowMs = 1000) {
    this.#windowMs = windowMs;
  }

  /** @returns the finished window's sample where this frame begins a new window. */
  add(fileMs: number, arrivalMs: number): ClockSample | null {
    let finished: ClockSample | null = null;
    if (this.#windowEnd === null || arrivalMs >= this.#windowEnd) {
      finished = this.end();
      this.#windowEnd = arrivalMs + this.#windowMs;
    }
    if (this.#best === null || arrivalMs - fileMs < this.#best.arrivalMs - this.#best.fileMs) {
      this.#best = { fileMs, arrivalMs };
    }
    return finished;
  }

  /**
   * The frame at `fileMs`, which comes next, is the first of another layer, whose timestamps may lie otherwise.
   * @returns the sample of the window that this ends.
   */
  switch(fileMs: number): ClockSample | null {
    const last = this.end();
    this.#windowEnd = null;
    this.#switchMs = fileMs;
    return last;
  }

  /** @returns the sample of the window that was still open. */
  end(): ClockSample | null {
    const last = this.#best;
    const switchMs = this.#switchMs;
    this.#best = null;
    if (!last || switchMs === null) return last;
    this.#switchMs = null;
    return { ...last, switchMs };
  }
}
