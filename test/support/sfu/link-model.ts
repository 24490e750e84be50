import { seededRandom } from '../random.ts';
/** What is done to the packets of one direction of a link. The default of each field does nothing. */
export interface Direction {
  /** 0 to 1: how many packets are lost in the long run. */
  loss: number;
  /** How many packets are lost in a row, on average; 1 loses each by itself. */
  burst: number;
  /** Milliseconds added to every packet. */
  delayMs: number;
  /** Up to so many more milliseconds, at random for each packet: packets overtake each other by it. */
  jitterMs: number;
  /** 0 to 1: how many packets are held back by `reorderMs`, so that those after them come first. */
  reorder: number;
  reorderMs: number;
  /** 0 to 1: how many packets come twice. */
  duplicate: number;
  /** Kilobits a second that pass; more wait in a queue. Null: no limit. */
  rateKbps: number | null;
  /** What would wait longer than this is dropped. */
  queueMs: number;
}

export const CLEAR_DIRECTION: Direction = {
  loss: 0,
  burst: 1,
  delayMs: 0,
  jitterMs: 0,
  reorder: 0,
  reorderMs: 20,
  duplicate: 0,
  rateKbps: null,
  queueMs: 300,
};

/**
 * One direction of a link: decides the fate of each packet. Repeatable: the same seed and the same packets at the same
 * times meet the same fate, whatever was set before.
 */
export class LinkModel {
  readonly #random: () => number;
  #inBurst = false;
  /** When the rate limit's queue will be empty, milliseconds. */
  #freeAtMs = 0;
  /** Packets by fate, for tests that ask whether anything was done at all. */
  readonly counts = { passed: 0, lost: 0, dropped: 0, duplicated: 0, heldBack: 0 };

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** @returns after how many milliseconds the packet arrives: never (empty), once or twice. */
  fate(direction: Direction, sizeBytes: number, nowMs: number): number[] {
    // Always the same count of numbers a packet: what one setting does is not changed by another.
    const draws = Array.from({ length: 5 }, () => this.#random());
    const [lossDraw = 1, jitterDraw = 0, reorderDraw = 1, duplicateDraw = 1, secondDraw = 0] = draws;
    if (this.#isLost(direction, lossDraw)) {
      this.counts.lost += 1;
      return [];
    }
    const queuedMs = this.#queue(direction, sizeBytes, nowMs);
    if (queuedMs === null) {
      this.counts.dropped += 1;
      return [];
    }
    const isHeld = reorderDraw < direction.reorder;
    const base = queuedMs + direction.delayMs + (isHeld ? direction.reorderMs : 0);
    const fates = [base + jitterDraw * direction.jitterMs];
    if (duplicateDraw < direction.duplicate) fates.push(base + secondDraw * Math.max(1, direction.jitterMs));
    this.counts.passed += 1;
    this.counts.duplicated += fates.length - 1;
    if (isHeld) this.counts.heldBack += 1;
    return fates;
  }

  /** Two states (Gilbert's model): in the bad one everything is lost; how long it lasts and how often it comes give `burst` and `loss`. */
  #isLost({ loss, burst }: Direction, draw: number): boolean {
    if (loss <= 0) this.#inBurst = false;
    else if (loss >= 1) this.#inBurst = true;
    else if (burst <= 1) this.#inBurst = draw < loss;
    else this.#inBurst = this.#inBurst ? draw >= 1 / burst : draw < loss / (burst * (1 - loss));
    return this.#inBurst;
  }

  /** How long a packet waits for those before it and its own sending; null where the queue is full. */
  #queue({ rateKbps, queueMs }: Direction, sizeBytes: number, nowMs: number): number | null {
    if (rateKbps === null) return 0;
    const startMs = Math.max(nowMs, this.#freeAtMs);
    if (startMs - nowMs > queueMs) return null;
    this.#freeAtMs = startMs + (sizeBytes * 8) / rateKbps;
    return this.#freeAtMs - nowMs;
  }
}
