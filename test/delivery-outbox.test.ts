import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { AppChange, SessionDetail, SessionSummary } from '../src-main/contract/ipc.ts';
import { OutboxRunner } from '../src-main/outbox-runner.ts';
import { readManifest, SessionManifest } from '../src-main/recording/manifest.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';
import { makeSession, type TestSession } from './upload-fixtures.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A session on disk whose failure was told in vain, as a process that ended left it. */
async function told(nextAttemptAt: Date): Promise<TestSession> {
  const made = await makeSession({ composite: 100 });
  closing.push(() => made.remove());
  const session = structuredClone(made.handle.session);
  session.webhooks.push({
    id: 'event-1',
    type: 'recording.failed',
    output_id: 'composite',
    created_at: new Date().toISOString(),
    state: 'pending',
    next_attempt_at: nextAttemptAt.toISOString(),
    failure: { error_type: 'CLOUD_ACCESS_ERROR', error: 'There is no bucket.' },
    attempts: [{ at: new Date().toISOString(), status: 500, excerpt: '' }],
  });
  await SessionManifest.create(made.dir, session);
  return made;
}

function runner(made: TestSession, url: string): { outbox: OutboxRunner; tell: () => void } {
  const summary = { sessionId: made.handle.session.session_id, startedAt: new Date().toISOString() } as SessionSummary;
  const listeners: ((change: AppChange) => void)[] = [];
  const outbox = new OutboxRunner({
    source: {
      sessions: () => Promise.resolve([summary]),
      session: async () => ({ dir: made.dir, session: await readManifest(made.dir) }) as SessionDetail,
      onChange: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    settingsOf: () =>
      Promise.resolve({
        record: true,
        reason: '',
        destination: { kind: 'hosted', configured: false },
        webhook: { url, allow_private_network: true },
        control: { start: 'first-peer', watch: false, stopWhenEmptyS: 60, maxDurationS: null },
      }),
    accountId: () => 'a',
  });
  closing.push(() => outbox.close());
  return {
    outbox,
    tell: () => listeners.forEach((tell) => tell({ kind: 'sessions', changed: [summary], removed: [] })),
  };
}

test('what a process left in the outbox goes on at its time, once, in the next process', async () => {
  const hook = await startWebhookReceiver();
  closing.push(() => hook.close());
  const dueAt = Date.now() + 1500;
  const made = await told(new Date(dueAt));
  const { outbox, tell } = runner(made, hook.url);
  await outbox.start();
  tell();
  await sleep(500);
  expect(hook.requests).toHaveLength(0);
  const [request] = await hook.waitFor(1);
  expect(request!.at).toBeGreaterThanOrEqual(dueAt - 50);
  expect(request!.json).toMatchObject({
    id: 'event-1',
    type: 'recording.failed',
    data: { error_type: 'CLOUD_ACCESS_ERROR' },
  });
  // The answer is on its way to session.json.
  await sleep(300);
  await outbox.close();
  expect((await readManifest(made.dir)).webhooks[0]).toMatchObject({ state: 'delivered', next_attempt_at: null });
  expect(hook.requests).toHaveLength(1);
});

test('a receiver that stays down is asked again later, and the time is kept', async () => {
  const hook = await startWebhookReceiver();
  closing.push(() => hook.close());
  hook.respondWith(500);
  const made = await told(new Date(Date.now() - 1000));
  // Four attempts were made: the next wait is minutes.
  const handle = await SessionManifest.open(made.dir);
  await handle.update((draft) => {
    const [entry] = draft.webhooks;
    if (entry) entry.attempts = Array.from({ length: 4 }, () => ({ ...entry.attempts[0]! }));
  });
  const { outbox } = runner(made, hook.url);
  await outbox.start();
  await hook.waitFor(1);
  await sleep(300);
  await outbox.close();
  const [entry] = (await readManifest(made.dir)).webhooks;
  expect(entry).toMatchObject({ state: 'pending' });
  expect(Date.parse(entry!.next_attempt_at!) - Date.now()).toBeGreaterThan(4 * 60_000);
});
