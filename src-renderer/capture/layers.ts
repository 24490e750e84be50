import type { OrderedFrame } from './video-order.ts';

/**
 * The next picture ends the one before it; this is for the last before a pause. A sender that is short of time sends a
 * higher layer long after the lower one, and everything is to be on disk within a second.
 */
const COMPLETE_MS = 600;

/**
 * Puts the spatial layers of a picture together: frames of the same timestamp. That there is no more of a picture is
 * known when the next one begins, or when nothing of it has come for a while.
 */
export class PictureAssembler<Frame extends OrderedFrame> {
  #open: Frame[] = [];
  #lastTicks = -Infinity;
  /** Layers that came after their picture was let go. */
  late = 0;

  /** Takes frames in order of their timestamps. @returns pictures that are complete, each with its layers in order. */
  push(frames: readonly Frame[], nowMs: number): Frame[][] {
    const complete: Frame[][] = [];
    for (const frame of frames) {
      if (frame.ticks <= this.#lastTicks) {
        this.late += 1;
        continue;
      }
      const [first] = this.#open;
      if (first && first.ticks !== frame.ticks) complete.push(this.#close());
      this.#open.push(frame);
    }
    const last = this.#open.at(-1);
    if (last && nowMs - last.arrivalMs >= COMPLETE_MS) complete.push(this.#close());
    return complete;
  }

  #close(): Frame[] {
    const layers = this.#open;
    this.#open = [];
    this.#lastTicks = layers[0]?.ticks ?? this.#lastTicks;
    return layers;
  }
}
