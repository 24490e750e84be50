/** Main forgets after ten seconds what is seen. */
const RENEW_MS = 4000;
/** Tiles that come and go together are told of together. */
const SETTLE_MS = 50;

type Show = (jpeg: Uint8Array) => void;

/** Which live tracks are on the screen, told to main, and what they show, handed to those who see them. */
export class LiveFeed {
  readonly #watch: (trackIds: readonly string[]) => Promise<unknown>;
  readonly #shown = new Map<string, Set<Show>>();
  #settle: ReturnType<typeof setTimeout> | undefined;
  #renew: ReturnType<typeof setInterval> | undefined;
  readonly #onVisibility = (): void => this.#tell();

  /** @param watch tells main of all tracks that are seen now. */
  constructor(watch: (trackIds: readonly string[]) => Promise<unknown>) {
    this.#watch = watch;
  }

  /** Calls `show` with each picture of the track from now on; returns how to stop. */
  see(trackId: string, show: Show): () => void {
    const shows = this.#shown.get(trackId) ?? new Set();
    this.#shown.set(trackId, shows.add(show));
    this.#changed();
    return () => {
      shows.delete(show);
      if (shows.size === 0 && this.#shown.get(trackId) === shows) this.#shown.delete(trackId);
      this.#changed();
    };
  }

  take(trackId: string, jpeg: Uint8Array): void {
    for (const show of this.#shown.get(trackId) ?? []) show(jpeg);
  }

  #changed(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#tell(), SETTLE_MS);
    if (this.#shown.size === 0) {
      clearInterval(this.#renew);
      this.#renew = undefined;
      document.removeEventListener('visibilitychange', this.#onVisibility);
    } else if (this.#renew === undefined) {
      this.#renew = setInterval(() => this.#tell(), RENEW_MS);
      document.addEventListener('visibilitychange', this.#onVisibility);
    }
  }

  #tell(): void {
    const seen = document.visibilityState === 'visible' ? [...this.#shown.keys()] : [];
    // A call that went wrong is made again by the next renewal; a tile without a picture says so itself.
    this.#watch(seen).catch((error: unknown) => console.warn('pictures are not watched', error));
  }
}
