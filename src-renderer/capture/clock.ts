import type { ClockSample } from '../../src-main/contract/capture.ts';

/** A frame that comes this much before its timestamp's time, or is this much older than the last, is of another clock. */
const RESET_MS = 5000;
/** A frame that comes this late is, too: what waits in queues when a machine stalls comes sooner. */
const LATEST_MS = 60_000;

/**
 * RTP timestamps are 32 bits and wrap; this follows them across wraps, late packets included. Where a sender begins
 * them anew (another encoder, a clock that stood still in a pause, a wait of hours), they go on by the time of arrival.
 */
export class RtpUnwrapper {
  readonly #clockRate: number;
  #last: { rtp: number; ticks: number; arrivalMs: number } | null = null;
  /** The least that arrival was behind the timestamp, milliseconds: delay only ever adds to it. */
  #leastDelayMs = Infinity;
  /** How often the timestamps were begun anew. */
  resets = 0;

  /** @param clockRate ticks a second. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** @returns the timestamp in clock ticks without wraps: continuous, maybe smaller than the last for a late packet. */
  unwrap(rtpTimestamp: number, arrivalMs: number): number {
    const last = this.#last;
    // The signed 32-bit difference from the last timestamp: nearest of all readings.
    const difference = last ? (rtpTimestamp - last.rtp) | 0 : 0;
    let ticks = last ? last.ticks + difference : rtpTimestamp;
    if (last && this.#isReset(difference, arrivalMs - this.#ms(ticks))) {
      this.resets += 1;
      ticks = last.ticks + Math.max(1, Math.round(((arrivalMs - last.arrivalMs) * this.#clockRate) / 1000));
      this.#leastDelayMs = Infinity;
    }
    this.#leastDelayMs = Math.min(this.#leastDelayMs, arrivalMs - this.#ms(ticks));
    if (!last || ticks > last.ticks) this.#last = { rtp: rtpTimestamp, ticks, arrivalMs };
    return ticks;
  }

  #isReset(difference: number, delayMs: number): boolean {
    const early = delayMs < this.#leastDelayMs - RESET_MS;
    const late = delayMs > this.#leastDelayMs + LATEST_MS;
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

  constructor(windowMs = 1000) {
    this.#windowMs = windowMs;
  }

  /** @returns the finished window's sample where this frame begins a new window. */
  add(fileMs: number, arrivalMs: number): ClockSample | null {
    let finished: ClockSample | null = null;
    if (this.#windowEnd === null || arrivalMs >= this.#windowEnd) {
      finished = this.#best;
      this.#best = null;
      this.#windowEnd = arrivalMs + this.#windowMs;
    }
    if (this.#best === null || arrivalMs - fileMs < this.#best.arrivalMs - this.#best.fileMs) {
      this.#best = { fileMs, arrivalMs };
    }
    return finished;
  }

  /** @returns the sample of the window that was still open. */
  end(): ClockSample | null {
    const last = this.#best;
    this.#best = null;
    return last;
  }
}
