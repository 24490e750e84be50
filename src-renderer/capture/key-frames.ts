/** A track that has frames but no key frame this long after its start is asked for one. */
const START_MS = 2000;
/** No frames for this long, of a track that is not paused, is a stall. */
const STALL_MS = 4000;
/**
 * Never two requests for one track within this time, doubled for each that was not answered: an SFU repeats a request by
 * itself, and a sender that did not answer has no key frame to give.
 */
const SPACING_MS = 5000;
const MAX_SPACING_MS = 60_000;

/** What the policy needs to know of a track; times are Unix milliseconds. */
export interface FrameTimes {
  lastFrameAtMs: number | null;
  lastKeyFrameAtMs: number | null;
  /** When a frame was last found to be missing. */
  lossAtMs?: number | null;
}

/**
 * When to ask a publisher for a key frame. WebRTC senders make none by themselves, and a file whose last key frame is
 * minutes back can be neither cut nor sought; a sender that makes its own is never asked.
 */
export class KeyFramePolicy {
  readonly #intervalMs: number;
  readonly #startedAtMs: number;
  #lastRequestMs = -Infinity;
  #unanswered = 0;

  constructor(intervalMs: number, startedAtMs: number) {
    this.#intervalMs = intervalMs;
    this.#startedAtMs = startedAtMs;
  }

  /** Counts a key frame as asked for now, for a reason that the policy does not know. */
  ask(nowMs: number): void {
    this.#lastRequestMs = nowMs;
    this.#unanswered += 1;
  }

  /** @returns whether one may be asked for now, which then counts as asked. */
  mayAsk(nowMs: number): boolean {
    if (nowMs - this.#lastRequestMs < SPACING_MS) return false;
    this.ask(nowMs);
    return true;
  }

  /** @returns why a key frame is wanted now, or null. A reason counts as asked. */
  due(nowMs: number, track: FrameTimes, paused: boolean): 'periodic' | 'start' | 'stall' | 'loss' | null {
    if ((track.lastKeyFrameAtMs ?? -Infinity) > this.#lastRequestMs) this.#unanswered = 0;
    const spacingMs = Math.min(MAX_SPACING_MS, SPACING_MS * 2 ** this.#unanswered);
    if (paused || nowMs - this.#lastRequestMs < spacingMs) return null;
    const reason = this.#reason(nowMs, track);
    if (!reason) return null;
    this.ask(nowMs);
    return reason;
  }

  #reason(nowMs: number, track: FrameTimes): 'periodic' | 'start' | 'stall' | 'loss' | null {
    if (track.lastKeyFrameAtMs === null) return nowMs - this.#startedAtMs >= START_MS ? 'start' : null;
    if ((track.lossAtMs ?? -Infinity) > track.lastKeyFrameAtMs) return 'loss';
    if (track.lastFrameAtMs !== null && nowMs - track.lastFrameAtMs >= STALL_MS) return 'stall';
    return nowMs - track.lastKeyFrameAtMs >= this.#intervalMs ? 'periodic' : null;
  }
}
