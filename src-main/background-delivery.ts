import type { RollcallApp } from './app.ts';
import type { Environment } from './environment.ts';
import { OutboxRunner } from './outbox-runner.ts';
import { settingsOfSession } from './settings/session-room.ts';
import { isOnline, onWake } from './shell/network.ts';
import { UploadRunner } from './upload-runner.ts';

/** What is delivered by itself while the app runs: uploads that failed, and events that wait in the outboxes. */
export class BackgroundDelivery {
  readonly #outbox: OutboxRunner;
  readonly #uploads: UploadRunner;

  constructor(app: RollcallApp, environment: Environment) {
    this.#outbox = new OutboxRunner({
      source: app,
      settingsOf: async (session) => settingsOfSession(await environment.settings(), session),
      accountId: () => environment.settingsStore.installationId(),
    });
    this.#uploads = new UploadRunner({ source: app, isOnline, onWake, onWaiting: (id) => app.tellSession(id) });
    app.uploadRetryAt = (sessionId) => this.#uploads.waiting().get(sessionId) ?? null;
  }

  /** How many sessions' outboxes have events that wait. */
  get webhookQueue(): number {
    return this.#outbox.depth;
  }

  async start(): Promise<void> {
    await this.#outbox.start();
    await this.#uploads.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#outbox.close(), this.#uploads.close()]);
  }
}
