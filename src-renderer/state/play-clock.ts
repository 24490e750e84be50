/**
 * Where the Review screen's player is, on the session's clock. Whatever plays tells it (many times a second: it is no part
 * of the store, so that only what draws the time is drawn again), and whoever wants another place asks it.
 */
export class PlayClock {
  #timeMs = 0;
  readonly #listeners = new Set<() => void>();
  #player: ((timeMs: number) => void) | null = null;

  get timeMs(): number {
    return this.#timeMs;
  }

  /** Told by the player. */
  tell(timeMs: number): void {
    if (timeMs === this.#timeMs) return;
    this.#timeMs = timeMs;
    for (const listener of this.#listeners) listener();
  }

  /** Brings the player to a place. */
  seek(timeMs: number): void {
    this.tell(Math.max(0, timeMs));
    this.#player?.(this.#timeMs);
  }

  /** The player that follows `seek` from now on; it begins where the one before it was. Returns how to end that. */
  bind(player: (timeMs: number) => void): () => void {
    this.#player = player;
    if (this.#timeMs > 0) player(this.#timeMs);
    return () => {
      if (this.#player === player) this.#player = null;
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
