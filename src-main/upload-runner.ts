import { ERROR_KINDS, RollcallError, type ErrorCode } from './contract/errors.ts';
import type { AppChange, SessionDetail, SessionSummary } from './contract/ipc.ts';
import type { Session, SessionUpload } from './contract/session.ts';
import { JOB_DELAYS_MS, JobQueue, type JobOutcome } from './jobs/job-queue.ts';

/** Sessions that are sent again at once. */
const CONCURRENCY = 1;
/** What has failed for longer is left to people. */
const OLDEST_MS = 14 * 24 * 60 * 60 * 1000;
const ONLINE_CHECK_MS = 5000;
/** Settings are mended in several steps, and whoever mends them may press Retry: this long after the last step. */
const SETTLE_MS = 60_000;

/** The part of the app that is needed. */
export interface UploadSource {
  sessions(): Promise<SessionSummary[]>;
  session(sessionId: string): Promise<SessionDetail>;
  onChange(listener: (change: AppChange) => void): () => void;
  /** Sends what is not delivered; rejects with the first failure. */
  retryUploads(sessionId: string): Promise<void>;
  /** Calls when the settings were changed. @returns how to stop. */
  onSettingsChanged(listener: () => void): () => void;
}

export interface UploadRunnerOptions {
  source: UploadSource;
  /** Whether there is a network, as far as the system knows. */
  isOnline(): boolean;
  /** Calls when the computer wakes up. @returns how to stop. */
  onWake?(listener: () => void): () => void;
  /** Told of each session whose next attempt has another time now, or none. */
  onWaiting?(sessionId: string): void;
  delaysMs?: readonly number[];
  onlineCheckMs?: number;
  settleMs?: number;
}

/**
 * Sends failed uploads again by itself: those that may succeed with nothing changed (the network, a store that is busy) by
 * growing waits, and at once when the network is back or the computer wakes up; those that people have to mend (a wrong
 * key, no bucket) when the settings have changed. What there is to do is in the session folders; this only keeps the time.
 */
export class UploadRunner {
  readonly #options: UploadRunnerOptions;
  readonly #queue: JobQueue;
  readonly #stops: (() => void)[] = [];
  #closed = false;
  #wasOnline = true;
  #settle: NodeJS.Timeout | undefined;

  constructor(options: UploadRunnerOptions) {
    this.#options = options;
    this.#queue = new JobQueue({
      concurrency: CONCURRENCY,
      delaysMs: options.delaysMs ?? JOB_DELAYS_MS,
      onChange: (sessionId, { kind }) => {
        if (kind === 'waiting' || kind === 'failed') options.onWaiting?.(sessionId);
      },
    });
  }

  /** Looks at every session, and from now on at those that change. */
  async start(): Promise<void> {
    const { source, onWake, isOnline, onlineCheckMs = ONLINE_CHECK_MS, settleMs = SETTLE_MS } = this.#options;
    this.#stops.push(
      source.onChange((change) => {
        if (change.kind === 'sessions') void this.#look(change.changed);
      }),
      source.onSettingsChanged(() => {
        clearTimeout(this.#settle);
        this.#settle = setTimeout(() => void this.#settingsChanged(), settleMs);
      }),
    );
    if (onWake) this.#stops.push(onWake(() => this.#retryNow()));
    this.#wasOnline = isOnline();
    const timer = setInterval(() => {
      const online = isOnline();
      if (online && !this.#wasOnline) this.#retryNow();
      this.#wasOnline = online;
    }, onlineCheckMs);
    this.#stops.push(() => clearInterval(timer));
    await this.#look(await source.sessions());
  }

  /** When each waiting session is sent again, Unix milliseconds, by session id. */
  waiting(): ReadonlyMap<string, number> {
    const entries = [...this.#queue.states()].flatMap(([key, state]): [string, number][] =>
      state.kind === 'waiting' ? [[key, state.retryAtMs]] : [],
    );
    return new Map(entries);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#settle);
    for (const stop of this.#stops.splice(0)) stop();
    await this.#queue.close();
  }

  #retryNow(): void {
    for (const key of this.#queue.states().keys()) this.#queue.retryNow(key);
  }

  async #settingsChanged(): Promise<void> {
    this.#retryNow();
    for (const summary of await this.#options.source.sessions()) await this.#add(summary, isMendable, false);
  }

  async #look(sessions: readonly SessionSummary[]): Promise<void> {
    for (const summary of sessions) await this.#add(summary, isRetryable, true);
  }

  /** @param waits whether the first attempt waits too: it has just failed. */
  async #add(
    { sessionId, startedAt }: SessionSummary,
    concerns: (upload: SessionUpload) => boolean,
    waits: boolean,
  ): Promise<void> {
    if (this.#closed || Date.now() - Date.parse(startedAt) > OLDEST_MS) return;
    const known = this.#queue.states().get(sessionId)?.kind;
    if (known === 'queued' || known === 'running' || known === 'waiting') return;
    const session = await this.#session(sessionId);
    if (!session?.uploads.some(concerns)) return;
    let isFirst = waits;
    void this.#queue.add({
      key: sessionId,
      run: async (): Promise<JobOutcome> => {
        const failure = failureOf(await this.#session(sessionId), concerns);
        if (!failure) return { kind: 'finished' };
        if (isFirst) {
          isFirst = false;
          return { kind: 'retry', error: failure, progressed: false };
        }
        return this.#send(sessionId, failure);
      },
    });
  }

  async #send(sessionId: string, failure: RollcallError): Promise<JobOutcome> {
    const before = delivered(await this.#session(sessionId));
    // What failed is in the session, whoever sent it.
    await this.#options.source.retryUploads(sessionId).catch(() => undefined);
    const session = await this.#session(sessionId);
    if (session === null) return { kind: 'finished' };
    const error = failureOf(session, isRetryable);
    if (error) return { kind: 'retry', error, progressed: delivered(session) > before };
    return session.uploads.some(isMendable) ? { kind: 'failed', error: failure } : { kind: 'finished' };
  }

  /** Null where it is gone, or cannot be read now. */
  async #session(sessionId: string): Promise<Session | null> {
    const detail = await this.#options.source.session(sessionId).catch(() => null);
    return detail?.session ?? null;
  }
}

const codeOf = ({ state, error }: SessionUpload): ErrorCode | null =>
  state === 'failed' && error !== null && Object.hasOwn(ERROR_KINDS, error.code) ? error.code : null;

/** Failed, and may succeed with nothing changed. */
function isRetryable(upload: SessionUpload): boolean {
  const code = codeOf(upload);
  return code !== null && ERROR_KINDS[code].retryable;
}

/** Failed, or waits for a destination: other settings may help. */
const isMendable = (upload: SessionUpload): boolean => upload.state === 'waiting' || codeOf(upload) !== null;

const delivered = (session: Session | null): number =>
  session?.uploads.filter(({ state }) => state === 'delivered').length ?? 0;

function failureOf(session: Session | null, concerns: (upload: SessionUpload) => boolean): RollcallError | null {
  const upload = session?.uploads.find(concerns);
  if (!upload) return null;
  const { message, remedy } = upload.error ?? { message: 'It is not delivered yet.', remedy: 'It is tried again.' };
  return new RollcallError(codeOf(upload) ?? 'UPLOAD_FAILED', message, remedy);
}
