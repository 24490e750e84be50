import type { RollcallEvent } from './contract/events.ts';
import type { SessionProgress } from './contract/progress.ts';
import { ProgressOf } from './library/progress.ts';

/** A window hears of a session this often; between that the latest counts. */
const TELL_EVERY_MS = 500;

/** Tells how far the sessions are that are worked on. */
export class ProgressTeller {
  readonly #tell: (sessionId: string, progress: SessionProgress | null) => void;
  readonly #sessions = new Map<string, { progress: ProgressOf; timer: NodeJS.Timeout | null }>();

  constructor(tell: (sessionId: string, progress: SessionProgress | null) => void) {
    this.#tell = tell;
  }

  hear(sessionId: string, event: RollcallEvent): void {
    const session = this.#sessions.get(sessionId) ?? { progress: new ProgressOf(), timer: null };
    if (!session.progress.hear(event)) return;
    this.#sessions.set(sessionId, session);
    session.timer ??= setTimeout(() => {
      session.timer = null;
      this.#tell(sessionId, session.progress.view());
    }, TELL_EVERY_MS);
  }

  /** The work on it is over. */
  over(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    if (session.timer !== null) clearTimeout(session.timer);
    this.#sessions.delete(sessionId);
    this.#tell(sessionId, null);
  }
}
