import { LAST_PACKETS_MS } from '../call/call.ts';

/** Files of tracks that are over, which still take what is on its way to them. */
export class LastPackets {
  readonly #close: (trackId: string) => void;
  /** By track: closes its file now. */
  readonly #open = new Map<string, () => void>();
  #ended: Promise<void> = Promise.resolve();

  constructor(close: (trackId: string) => void) {
    this.#close = close;
  }

  /** The file is closed when nothing can be on its way any more. */
  await(trackId: string): void {
    const closed = new Promise<void>((resolve) => {
      const close = (): void => {
        clearTimeout(timer);
        if (this.#open.delete(trackId)) this.#close(trackId);
        resolve();
      };
      const timer = setTimeout(close, LAST_PACKETS_MS);
      this.#open.set(trackId, close);
    });
    this.#ended = Promise.all([this.#ended, closed]).then(() => undefined);
  }

  /** Nothing that comes from now on is to be kept: every file is closed. */
  closeNow(): void {
    for (const close of [...this.#open.values()]) close();
  }

  /** Resolves when every file is closed. */
  ended(): Promise<void> {
    return this.#ended;
  }
}
