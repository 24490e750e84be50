import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { AppChange, SessionDetail, SessionSummary } from '../src-main/contract/ipc.ts';
import type { StoreTarget } from '../src-main/contract/settings.ts';
import { uploadSession } from '../src-main/upload/uploader.ts';
import { UploadRunner, type UploadRunnerOptions } from '../src-main/upload-runner.ts';
import { startS3Store } from './support/s3-store.ts';
import { destinationOf, makeSession, type TestSession } from './upload-fixtures.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const QUICK = { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 };
const BUCKET = 'recordings';

interface Delivery {
  made: TestSession;
  /** Of the store, as the settings have it now. */
  target: StoreTarget;
  attempts: number;
  online: boolean;
  runner: UploadRunner;
  settingsChanged(): void;
}

/** A session, a store that is reached (or not) as `target` says, and who sends again. */
async function delivery(target: StoreTarget, options: Partial<UploadRunnerOptions>): Promise<Delivery> {
  const made = await makeSession({ composite: 50_000, stream: 10_000 });
  const sessionId = made.handle.session.session_id;
  const summary = { sessionId, startedAt: new Date().toISOString() } as SessionSummary;
  const listeners = new Set<(change: AppChange) => void>();
  const settings = new Set<() => void>();
  const upload = async (): Promise<void> => {
    state.attempts += 1;
    const { error } = await uploadSession({
      handle: made.handle,
      destination: destinationOf(state.target),
      emit: () => undefined,
      signal: new AbortController().signal,
      retry: QUICK,
    });
    listeners.forEach((tell) => tell({ kind: 'sessions', changed: [summary], removed: [] }));
    if (error) throw error;
  };
  const runner = new UploadRunner({
    source: {
      sessions: () => Promise.resolve([summary]),
      session: () => Promise.resolve({ session: structuredClone(made.handle.session) } as unknown as SessionDetail),
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onSettingsChanged: (listener) => {
        settings.add(listener);
        return () => settings.delete(listener);
      },
      retryUploads: upload,
    },
    isOnline: () => state.online,
    onlineCheckMs: 20,
    settleMs: 100,
    ...options,
  });
  const state: Delivery = {
    ...{ made, target, attempts: 0, online: true, runner },
    settingsChanged: () => settings.forEach((tell) => tell()),
  };
  closing.push(
    () => runner.close(),
    () => made.remove(),
  );
  await upload().catch(() => undefined);
  await runner.start();
  return state;
}

const states = ({ made }: Delivery): string[] => made.handle.session.uploads.map(({ state }) => state);

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i += 1) await sleep(25);
  expect(condition()).toBe(true);
}

async function store(): Promise<{ reached: StoreTarget; unreached: StoreTarget; denied: StoreTarget }> {
  const s3 = await startS3Store({ buckets: [BUCKET] });
  closing.push(() => s3.close());
  const reached: StoreTarget = {
    ...{ bucket: BUCKET, prefix: '', region: 'us-east-1', endpoint: s3.endpoint, forcePathStyle: true },
    credentials: { kind: 'static', key: s3.key, secret: s3.secret },
  };
  return {
    reached,
    // Port 9 of this machine: nobody listens.
    unreached: { ...reached, endpoint: 'http://127.0.0.1:9' },
    denied: { ...reached, credentials: { kind: 'static', key: s3.key, secret: 'wrong' } },
  };
}

test('what failed for the network is sent again by growing waits, until it arrives', async () => {
  const { reached, unreached } = await store();
  const sent = await delivery(unreached, { delaysMs: [100, 200, 400, 800] });
  expect(states(sent)).toEqual(['failed', 'failed']);
  // The first attempt waits as well, and people can see until when.
  expect(sent.attempts).toBe(1);
  await until(() => sent.runner.waiting().size === 1);
  await until(() => sent.attempts === 3);
  sent.target = reached;
  await until(() => states(sent).every((state) => state === 'delivered'));
  const { attempts } = sent;
  await sleep(500);
  expect(sent.attempts).toBe(attempts);
  expect(sent.runner.waiting().size).toBe(0);
});

test('at once when the network is back', async () => {
  const { reached, unreached } = await store();
  const sent = await delivery(unreached, { delaysMs: [3_600_000] });
  await until(() => sent.runner.waiting().size === 1);
  sent.online = false;
  await sleep(100);
  expect(sent.attempts).toBe(1);
  [sent.online, sent.target] = [true, reached];
  await until(() => states(sent).every((state) => state === 'delivered'));
});

test('at once when the computer wakes up', async () => {
  const { reached, unreached } = await store();
  let wake = (): void => undefined;
  const onWake = (listener: () => void): (() => void) => {
    wake = listener;
    return () => undefined;
  };
  const sent = await delivery(unreached, { delaysMs: [3_600_000], onWake });
  await until(() => sent.runner.waiting().size === 1);
  sent.target = reached;
  wake();
  await until(() => states(sent).every((state) => state === 'delivered'));
});

test('what people have to mend is tried again after the settings have changed, and not before', async () => {
  const { reached, denied } = await store();
  const sent = await delivery(denied, { delaysMs: [50, 50, 50] });
  expect(states(sent)).toEqual(['failed', 'failed']);
  await sleep(500);
  expect(sent.attempts).toBe(1);
  // Another setting: it fails again, and is left alone again.
  sent.settingsChanged();
  await until(() => sent.attempts === 2);
  await sleep(300);
  expect(sent.attempts).toBe(2);
  sent.target = reached;
  sent.settingsChanged();
  await until(() => states(sent).every((state) => state === 'delivered'));
});
