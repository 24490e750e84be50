import type { RollcallApp } from './app.ts';
import type { Environment } from './environment.ts';
import type { Session } from './contract/session.ts';
import type { ResolvedSettings } from './contract/settings.ts';
import { OutboxRunner } from './outbox-runner.ts';
import { RetentionRunner } from './retention-runner.ts';
import { settingsOfSession } from './settings/session-room.ts';
import { isOnline, onWake } from './shell/network.ts';
import { UploadRunner } from './upload-runner.ts';

/**
 * What happens to finished recordings by itself while the app runs: uploads that failed are sent again, events that wait
 * in the outboxes are told, and what has been delivered for as long as the user's rule says goes to the bin.
 */
export class BackgroundDelivery {
  readonly #outbox: OutboxRunner;
  readonly #uploads: UploadRunner;
  readonly #retention: RetentionRunner;

  constructor(app: RollcallApp, environment: Environment) {
    const settingsOf = async (session: Readonly<Session>): Promise<ResolvedSettings> =>
      settingsOfSession(await environment.settings(), session);
    this.#outbox = new OutboxRunner({
      source: app,
      settingsOf,
      accountId: () => environment.settingsStore.installationId(),
    });
    this.#uploads = new UploadRunner({ source: app, isOnline, onWake, onWaiting: (id) => app.tellSession(id) });
    app.uploadRetryAt = (sessionId) => this.#uploads.waiting().get(sessionId) ?? null;
    this.#retention = new RetentionRunner({
      source: {
        sessions: () => app.sessions(),
        session: (id) => app.session(id),
        trash: (id) => app.library.trash([id]),
        onSettingsChanged: (listener) => app.onSettingsChanged(listener),
      },
      days: async () => (await environment.settings()).retention?.delivered_days ?? null,
      settingsOf,
      onProblem: () => void app.tellSnapshot().catch((error: unknown) => console.error(error)),
    });
    app.retentionProblem = () => this.#retention.problem;
  }

  /** How many sessions' outboxes have events that wait. */
  get webhookQueue(): number {
    return this.#outbox.depth;
  }

  async start(): Promise<void> {
    await this.#outbox.start();
    await this.#uploads.start();
    await this.#retention.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#outbox.close(), this.#uploads.close(), this.#retention.close()]);
  }
}
