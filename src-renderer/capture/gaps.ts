import type { SpanReason } from '../../src-main/contract/timeline.ts';

/** Less than this without media is the network's and the sender's everyday; DTX sends at least every 400 ms. */
const GAP_MS = 1000;
/** Pictures that cannot be decoded so soon after a gap lack what was lost in it. */
const AFTER_GAP_MS = 500;

/** A time without media, Unix milliseconds: from the arrival of the frame before it to that of the one after. */
export interface Gap {
  fromMs: number;
  toMs: number;
  reason: Extract<SpanReason, 'loss' | 'stall' | 'reconnect'>;
}

/**
 * Where a span of damaged pictures begins, and why. What comes after a gap needs what was lost in it, up to the next key
 * frame: for who looks at it, the gap goes on.
 * @param fromMs arrival of the first damaged picture, Unix milliseconds.
 * @param gap the track's last.
 */
export function damagedSpan(fromMs: number, gap: Gap | null): Pick<Gap, 'fromMs' | 'reason'> {
  const isOfGap = gap !== null && fromMs >= gap.toMs && fromMs < gap.toMs + AFTER_GAP_MS;
  return isOfGap ? { fromMs: gap.toMs, reason: gap.reason } : { fromMs, reason: 'loss' };
}

/**
 * Finds the times in which a track should have had media and had none, and says why. Pauses that the sender announced
 * are none of them.
 */
export class GapDetector {
  /** A shared screen sends nothing while nothing moves. */
  readonly #mayRest: boolean;
  #lastMs: number | null = null;
  #paused = false;
  #linkWasDown = false;
  #linkUp = true;
  #lost = 0;

  constructor(mayRest: boolean) {
    this.#mayRest = mayRest;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#lastMs = null;
  }

  /** Whether the connection over which the track comes is there, as far as is known. */
  setLink(up: boolean): void {
    this.#linkUp = up;
    if (!up) this.#linkWasDown = true;
  }

  /**
   * Takes a frame's arrival.
   * @param lost packets of this track that never came, as counted up to now.
   * @returns the gap that it ends.
   */
  frame(arrivalMs: number, lost: number): Gap | null {
    const fromMs = this.#lastMs;
    const wasDown = this.#linkWasDown;
    const isLoss = lost > this.#lost;
    this.#lost = lost;
    this.#linkWasDown = !this.#linkUp;
    if (this.#paused) return null;
    this.#lastMs = arrivalMs;
    if (fromMs === null || arrivalMs - fromMs < GAP_MS) return null;
    if (this.#mayRest && !wasDown && !isLoss) return null;
    return { fromMs, toMs: arrivalMs, reason: wasDown ? 'reconnect' : isLoss ? 'loss' : 'stall' };
  }
}
