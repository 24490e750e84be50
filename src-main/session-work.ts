import { RollcallError } from './contract/errors.ts';
import type { Emit, RollcallEvent } from './contract/events.ts';
import type { SessionIndex } from './library/session-index.ts';
import { lockSession } from './recording/lock.ts';
import { SessionManifest } from './recording/manifest.ts';

export interface SessionWorkOptions {
  index: Pick<SessionIndex, 'detail' | 'touch'>;
  /** Whether a recording of this process works on the session. */
  isRecorded(sessionId: string): boolean;
  /** What the work on a session says of itself. */
  onEvent(sessionId: string, event: RollcallEvent): void;
  onOver(sessionId: string): void;
}

/** Work on sessions outside of recordings: on each one piece at a time, in this process and in all others. */
export class SessionWork {
  readonly #options: SessionWorkOptions;
  readonly #running = new Map<string, { abort: AbortController; done: Promise<void> }>();

  constructor(options: SessionWorkOptions) {
    this.#options = options;
  }

  has(sessionId: string): boolean {
    return this.#running.has(sessionId);
  }

  /** @throws RollcallError `SESSION_BUSY` where somebody works on the session already, and what the work throws. */
  async run(
    sessionId: string,
    work: (manifest: SessionManifest, emit: Emit, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { index, isRecorded, onEvent, onOver } = this.#options;
    if (this.has(sessionId) || isRecorded(sessionId)) {
      throw new RollcallError('SESSION_BUSY', 'This session is being worked on already.', 'Wait until that is done.');
    }
    const { dir } = await index.detail(sessionId);
    const abort = new AbortController();
    const emit: Emit = (event) => {
      onEvent(sessionId, event);
      void index.touch(dir);
    };
    const done = (async () => {
      const unlock = await lockSession(dir);
      try {
        await work(await SessionManifest.open(dir), emit, abort.signal);
      } finally {
        await unlock();
      }
    })();
    this.#running.set(sessionId, { abort, done });
    await index.touch(dir);
    try {
      await done;
    } finally {
      this.#running.delete(sessionId);
      onOver(sessionId);
      await index.touch(dir);
    }
  }

  /** Resolves once the work on the session has ended; its own caller hears how. */
  async cancel(sessionId: string): Promise<void> {
    const work = this.#running.get(sessionId);
    work?.abort.abort();
    await work?.done.catch(() => undefined);
  }

  async cancelAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((sessionId) => this.cancel(sessionId)));
  }
}
