import { toRollcallError, type RollcallError } from './contract/errors.ts';
import type { SessionDetail, SessionSummary } from './contract/ipc.ts';
import type { Session } from './contract/session.ts';
import type { ResolvedSettings } from './contract/settings.ts';
import { deliveredSession, isDue } from './library/retention.ts';
import { assertStillThere } from './upload/still-there.ts';

/** After the start, and after the rule was changed: time to think again, and no hurry for the disk. */
const FIRST_LOOK_MS = 10 * 60 * 1000;
const INTERVAL_MS = 60 * 60 * 1000;

/** The part of the app that is needed. */
export interface RetentionSource {
  sessions(): Promise<SessionSummary[]>;
  session(sessionId: string): Promise<SessionDetail>;
  /** Moves a session to the system's bin; rejects where it is worked on. */
  trash(sessionId: string): Promise<void>;
  /** Calls when the settings were changed. @returns how to stop. */
  onSettingsChanged(listener: () => void): () => void;
}

export interface RetentionOptions {
  source: RetentionSource;
  /** The user's rule: days after delivery; null: everything is kept. */
  days(): Promise<number | null>;
  settingsOf(session: Readonly<Session>): Promise<ResolvedSettings>;
  /** Called where `problem` is another now. */
  onProblem(): void;
  firstLookMs?: number;
  intervalMs?: number;
  nowMs?: () => number;
}

/**
 * Moves recordings to the system's bin once they have been delivered for as long as the user's rule says. Each is looked
 * up in its store just before: what is not there, or cannot be asked for, is kept.
 */
export class RetentionRunner {
  readonly #options: RetentionOptions;
  readonly #abort = new AbortController();
  #stopListening: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #days: number | null = null;
  #problem: RollcallError | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Why a recording whose time has come was kept in the last look; null: none was. */
  get problem(): RollcallError | null {
    return this.#problem;
  }

  async start(): Promise<void> {
    const { source, days, firstLookMs = FIRST_LOOK_MS } = this.#options;
    this.#days = await days();
    this.#stopListening = source.onSettingsChanged(() => void this.#ruleMayBeAnother());
    this.#lookAfter(firstLookMs);
  }

  /** One look at every session, as it comes by itself now and then. */
  look(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#stopListening();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #ruleMayBeAnother(): Promise<void> {
    const days = await this.#options.days();
    if (days === this.#days) return;
    this.#days = days;
    this.#tell(null);
    this.#lookAfter(this.#options.firstLookMs ?? FIRST_LOOK_MS);
  }

  #lookAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    const again = (): void => this.#lookAfter(this.#options.intervalMs ?? INTERVAL_MS);
    this.#timer = setTimeout(() => void this.look().finally(again), ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    let problem: RollcallError | null = null;
    try {
      const sessions = (await this.#options.days()) === null ? [] : await this.#options.source.sessions();
      for (const { sessionId, state } of sessions) {
        if (this.#abort.signal.aborted) return;
        if (state !== 'delivered') continue;
        const error = await this.#lookAt(sessionId);
        problem ??= error;
        // So it is for the others, and each would be waited for.
        if (error?.code === 'UPLOAD_NETWORK') break;
      }
    } catch (thrown) {
      problem = toRollcallError(thrown);
    }
    this.#tell(problem);
  }

  /** Moves it where its time has come. @returns why it is kept in spite of that. */
  async #lookAt(sessionId: string): Promise<RollcallError | null> {
    const { source, days, settingsOf, nowMs = Date.now } = this.#options;
    try {
      const { session } = await source.session(sessionId);
      const delivered = session && deliveredSession(session);
      // Asked each time: the rule may be taken back while this goes on.
      const rule = await days();
      if (!delivered || rule === null || !isDue(delivered.sinceMs, rule, nowMs())) return null;
      const { destination } = await settingsOf(session);
      await assertStillThere(destination, delivered.receipts, this.#abort.signal);
      if ((await days()) !== rule) return null;
      await source.trash(sessionId);
      return null;
    } catch (thrown) {
      return this.#abort.signal.aborted ? null : toRollcallError(thrown);
    }
  }

  #tell(problem: RollcallError | null): void {
    if (this.#abort.signal.aborted || problem?.message === this.#problem?.message) return;
    this.#problem = problem;
    if (problem !== null) console.error(`a delivered recording is kept: ${problem.message}`);
    this.#options.onProblem();
  }
}
