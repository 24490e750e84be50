/**
 * A frame that comes later than this after one that follows it is not waited for: a packet sent again comes after a round
 * trip or two, and what is captured is to be on disk within a second.
 */
const HOLD_MS = 400;
/** A step of more than so many frame intervals may be a frame that is still to come. */
const GAP_INTERVALS = 1.5;

/** What the order needs of a frame; `ticks` is its unwrapped RTP timestamp. */
export interface OrderedFrame {
  ticks: number;
  arrivalMs: number;
}

/**
 * Puts video frames in the order of their RTP timestamps, which in WebRTC is the order in which they are decoded: frames
 * are handed out as they become complete, so one that had to be sent again comes after those that follow it. Frames at
 * the usual interval pass at once. Spatial layers of one picture share a timestamp and stay in the order they came in.
 */
export class VideoOrder<Frame extends OrderedFrame> {
  #waiting: Frame[] = [];
  #lastTicks: number | null = null;
  /** Running estimate, ticks. */
  #interval: number | null = null;
  /** Frames that came too late to be put in their place. */
  late = 0;

  /** The first frame that waits for one before it; null where none does. */
  get waiting(): Frame | null {
    return this.#waiting[0] ?? null;
  }

  /** @returns the frames that can be written now, in order. */
  push(frame: Frame): Frame[] {
    if (this.#lastTicks !== null && frame.ticks < this.#lastTicks) {
      this.late += 1;
      return [];
    }
    const after = this.#waiting.findIndex((other) => other.ticks > frame.ticks);
    this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, frame);
    return this.release(frame.arrivalMs);
  }

  /** @returns the frames that need not wait any longer; Infinity lets all go. */
  release(nowMs: number): Frame[] {
    const out: Frame[] = [];
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const step = this.#lastTicks === null ? 0 : next.ticks - this.#lastTicks;
      const isNext = this.#lastTicks === null || (this.#interval !== null && step <= this.#interval * GAP_INTERVALS);
      if (!isNext && nowMs - next.arrivalMs < HOLD_MS) break;
      this.#waiting.shift();
      if (step > 0) this.#learn(step, isNext);
      this.#lastTicks = next.ticks;
      out.push(next);
    }
    return out;
  }

  /** A frame that was waited for in vain says little, unless the rate has changed and all are so. */
  #learn(step: number, isNext: boolean): void {
    const weight = isNext ? 0.1 : 0.3;
    this.#interval = this.#interval === null ? step : (1 - weight) * this.#interval + weight * step;
  }
}
