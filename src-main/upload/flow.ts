import { setTimeout as sleep } from 'node:timers/promises';
import type { UploadsSettings } from '../contract/settings.ts';
import { uploadStopped } from './stopped.ts';

/** Lets bytes go: asked before each request that carries some. Resolves when they may; `CANCELLED` by `signal`. */
export interface Flow {
  admit(sizeBytes: number, signal: AbortSignal): Promise<void>;
}

/** Everything goes at once. */
export const FREE_FLOW: Flow = { admit: () => Promise.resolve() };

/** The settings' limit in bytes a second; null: none. */
export function uploadLimit({ uploads }: { uploads?: UploadsSettings | null | undefined }): number | null {
  const kilobytes = uploads?.max_kilobytes_per_second;
  return kilobytes === undefined ? null : kilobytes * 1000;
}

/** A flow with the settings' limit. */
export function limitedFlow(settings: Parameters<typeof uploadLimit>[0]): UploadFlow {
  const flow = new UploadFlow();
  flow.setLimit(uploadLimit(settings));
  return flow;
}

/**
 * Holds uploads back: wholly while somebody asks for it (a call is recorded, the user pauses), and to a number of bytes
 * a second. Admits whole parts, so the limit holds over seconds and not within them.
 */
export class UploadFlow implements Flow {
  readonly #holders = new Set<string>();
  #waiting: { go: () => void; stop: () => void }[] = [];
  #gaveUp = false;
  #bytesPerSecond: number | null = null;
  /** Unix milliseconds at which the bytes admitted so far will have been sent at the limit. */
  #paidUntilMs = 0;

  /** null: no limit. */
  setLimit(bytesPerSecond: number | null): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Nothing is admitted until every holder has released. */
  hold(holder: string): void {
    this.#holders.add(holder);
  }

  release(holder: string): void {
    this.#holders.delete(holder);
    if (this.#holders.size > 0) return;
    for (const { go } of this.#waiting.splice(0)) go();
  }

  /** What waits for a holder is stopped (`CANCELLED`), and from now on what would wait. */
  giveUp(): void {
    this.#gaveUp = true;
    for (const { stop } of this.#waiting.splice(0)) stop();
  }

  get held(): boolean {
    return this.#holders.size > 0;
  }

  async admit(sizeBytes: number, signal: AbortSignal): Promise<void> {
    try {
      while (this.held) await this.#released(signal);
      const waitMs = this.#book(sizeBytes);
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      // Held meanwhile.
      while (this.held) await this.#released(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw uploadStopped();
    }
  }

  /** Takes the bytes' place in the limit and tells how long it is until their turn. */
  #book(sizeBytes: number): number {
    if (this.#bytesPerSecond === null) return 0;
    const now = Date.now();
    const turn = Math.max(now, this.#paidUntilMs);
    this.#paidUntilMs = turn + (sizeBytes / this.#bytesPerSecond) * 1000;
    return turn - now;
  }

  #released(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#gaveUp) return Promise.reject(uploadStopped());
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(uploadStopped());
      signal.addEventListener('abort', stop, { once: true });
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiting.push({ go, stop });
    });
  }
}
