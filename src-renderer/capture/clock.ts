import type { ClockSample } from '../../src-main/contract/capture.ts';

/** RTP timestamps are 32 bits and wrap; this follows them across wraps, late packets included. */
export class RtpUnwrapper {
  #last: number | null = null;

  /** @returns the timestamp in clock ticks without wraps: continuous, maybe smaller than the last for a late packet. */
  unwrap(rtpTimestamp: number): number {
    if (this.#last === null) {
      this.#last = rtpTimestamp;
      return rtpTimestamp;
    }
    // The signed 32-bit difference from the last timestamp: nearest of all readings.
    const difference = (rtpTimestamp - this.#last) | 0;
    const value = this.#last + difference;
    if (difference > 0) this.#last = value;
    return value;
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
