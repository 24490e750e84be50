import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { AppChange, SessionDetail, SessionSummary } from './contract/ipc.ts';
import type { Session, SessionHandle } from './contract/session.ts';
import type { ResolvedSettings } from './contract/settings.ts';
import { JobQueue, type JobOutcome } from './jobs/job-queue.ts';
import { lockSession } from './recording/lock.ts';
import { SessionManifest } from './recording/manifest.ts';
import { presignReceipt } from './upload/presign.ts';
import { deliverWebhooks, nextAttemptMs, WEBHOOK_GIVE_UP_MS } from './webhook/outbox.ts';

/** Sessions whose outboxes are worked on at once. */
const CONCURRENCY = 2;
/** A session that something else works on is asked again after this long. */
const BUSY_WAIT_MS = 30_000;
/** A recording and its uploads may take this long before its events begin their three days. */
const OLDEST_MS = WEBHOOK_GIVE_UP_MS + 4 * 24 * 60 * 60 * 1000;

/** The part of the app that is needed. */
export interface OutboxSource {
  sessions(): Promise<SessionSummary[]>;
  session(sessionId: string): Promise<SessionDetail>;
  onChange(listener: (change: AppChange) => void): () => void;
}

export interface OutboxRunnerOptions {
  source: OutboxSource;
  /** What the settings say now about a session's room. */
  settingsOf(session: Readonly<Session>): Promise<ResolvedSettings>;
  accountId(): string;
}

/**
 * Sends what waits in the sessions' outboxes when it is due, as long as the app runs and again after a restart: what
 * there is to do is in the session folders, this only keeps the time.
 */
export class OutboxRunner {
  readonly #options: OutboxRunnerOptions;
  readonly #queue = new JobQueue({ concurrency: CONCURRENCY });
  #unsubscribe: () => void = () => undefined;
  #closed = false;

  constructor(options: OutboxRunnerOptions) {
    this.#options = options;
  }

  /** Looks at every recent session, and from now on at those that change. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#options.source.onChange((change) => {
      if (change.kind === 'sessions') void this.#look(change.changed);
    });
    await this.#look(await this.#options.source.sessions());
  }

  /** How many sessions' outboxes have events that wait. */
  get depth(): number {
    return [...this.#queue.states().values()].filter(({ kind }) => kind !== 'finished' && kind !== 'failed').length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    await this.#queue.close();
  }

  async #look(sessions: readonly SessionSummary[]): Promise<void> {
    for (const { sessionId, startedAt } of sessions) {
      if (this.#closed) return;
      if (Date.now() - Date.parse(startedAt) > OLDEST_MS) continue;
      const key = `webhook/${sessionId}`;
      const known = this.#queue.states().get(key)?.kind;
      if (known === 'queued' || known === 'running' || known === 'waiting') continue;
      const detail = await this.#options.source.session(sessionId).catch(() => null); // Gone meanwhile.
      if (!detail?.session?.webhooks.some(({ state }) => state === 'pending')) continue;
      void this.#queue.add({ key, run: (signal) => this.#run(detail.dir, signal) });
    }
  }

  async #run(dir: string, signal: AbortSignal): Promise<JobOutcome> {
    let unlock: () => Promise<void>;
    try {
      unlock = await lockSession(dir);
    } catch (thrown) {
      const error = toRollcallError(thrown);
      if (error.code !== 'SESSION_BUSY') return { kind: 'failed', error };
      return { kind: 'retry', error, progressed: false, atMs: Date.now() + BUSY_WAIT_MS };
    }
    try {
      return await this.#deliver(await SessionManifest.open(dir), signal);
    } finally {
      await unlock();
    }
  }

  async #deliver(handle: SessionHandle, signal: AbortSignal): Promise<JobOutcome> {
    const { webhook, destination } = await this.#options.settingsOf(handle.session);
    const outbox = await deliverWebhooks({
      handle,
      webhook,
      source: { accountId: this.#options.accountId(), appId: 'rollcall' },
      presign: (receipt) => presignReceipt(destination, receipt),
      emit: () => undefined,
      signal,
      onlyDue: true,
    });
    const next = webhook === null ? null : nextAttemptMs(outbox, Date.now());
    if (next === null) return { kind: 'finished' };
    return { kind: 'retry', error: notTold(), progressed: false, atMs: next };
  }
}

const notTold = (): RollcallError =>
  new RollcallError('WEBHOOK_FAILED', 'The webhook did not take an event yet.', 'It is told again by the schedule.');
