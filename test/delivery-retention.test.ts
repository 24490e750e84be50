import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionDetail, SessionSummary } from '../src-main/contract/ipc.ts';
import type { ResolvedSettings, StoreTarget } from '../src-main/contract/settings.ts';
import { RetentionRunner } from '../src-main/retention-runner.ts';
import { startSwift } from './support/swift.ts';
import { destinationOf, type TestSession } from './upload-fixtures.ts';
import { startBucket, type TestBucket } from './upload-s3-cases.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
let bucket: TestBucket;

beforeAll(async () => {
  bucket = await startBucket(startSwift);
}, 180_000);
afterAll(() => bucket.close());

interface Library {
  trashed: string[];
  problems: (string | undefined)[];
  /** What the user's rule is. */
  days: number | null;
  /** Days after now. */
  at(days: number): Promise<void>;
}

const idOf = (made: TestSession): string => made.handle.session.session_id;

async function delivered(): Promise<TestSession> {
  const made = await bucket.session({ composite: 2000, stream: 1000 });
  expect((await bucket.run(made)).error).toBeNull();
  await made.handle.update((draft) => (draft.state = 'done'));
  return made;
}

/** A library of these sessions under a rule of 30 days, and what became of it. */
function library(sessions: TestSession[], target: () => StoreTarget = () => bucket.target): Library {
  let nowMs = Date.now();
  const state: Library = {
    trashed: [],
    problems: [],
    days: 30,
    at: async (days) => {
      nowMs = Date.now() + days * DAY_MS;
      await runner.look();
    },
  };
  const there = (): TestSession[] => sessions.filter((made) => !state.trashed.includes(idOf(made)));
  const runner = new RetentionRunner({
    source: {
      sessions: () =>
        Promise.resolve(there().map((made) => ({ sessionId: idOf(made), state: 'delivered' }) as SessionSummary)),
      session: (id) =>
        Promise.resolve({ session: there().find((made) => idOf(made) === id)!.handle.session } as SessionDetail),
      trash: (id) => Promise.resolve(void state.trashed.push(id)),
      onSettingsChanged: () => () => undefined,
    },
    days: () => Promise.resolve(state.days),
    settingsOf: () => Promise.resolve({ destination: destinationOf(target()) } as ResolvedSettings),
    onProblem: () => state.problems.push(runner.problem?.code),
    nowMs: () => nowMs,
  });
  return state;
}

test('what has been delivered for long enough goes, and nothing before', async () => {
  const made = await delivered();
  const shelf = library([made]);
  await shelf.at(29.9);
  expect(shelf.trashed).toEqual([]);
  await shelf.at(30);
  expect(shelf.trashed).toEqual([idOf(made)]);
  expect(shelf.problems).toEqual([]);
});

test('without a rule everything stays', async () => {
  const shelf = library([await delivered()]);
  shelf.days = null;
  await shelf.at(5000);
  expect(shelf.trashed).toEqual([]);
});

test('what its bucket has lost, or has otherwise, stays, and the rest goes', async () => {
  const [lost, changed, whole] = [await delivered(), await delivered(), await delivered()];
  const keyOf = (made: TestSession): string => made.handle.session.uploads[0]!.receipt!.key;
  const there = { Bucket: bucket.name };
  await bucket.client.send(new DeleteObjectCommand({ ...there, Key: keyOf(lost) }));
  await bucket.client.send(new PutObjectCommand({ ...there, Key: keyOf(changed), Body: Buffer.alloc(1000) }));
  const shelf = library([lost, changed, whole]);
  await shelf.at(31);
  expect(shelf.trashed).toEqual([idOf(whole)]);
  expect(shelf.problems).toEqual(['UPLOAD_MISMATCH']);
});

test('what cannot be looked up stays: wrong keys, another destination', async () => {
  let target = bucket.target;
  const shelf = library([await delivered()], () => target);
  target = { ...bucket.target, credentials: { kind: 'static', key: bucket.store.key, secret: 'wrong' } };
  await shelf.at(31);
  target = { ...bucket.target, bucket: 'another' };
  await shelf.at(31);
  expect(shelf.trashed).toEqual([]);
  expect(shelf.problems).toHaveLength(2);
  expect(shelf.problems[1]).toBe('UPLOAD_CREDENTIALS');
  target = bucket.target;
  await shelf.at(31);
  expect(shelf.trashed).toHaveLength(1);
  expect(shelf.problems.at(-1)).toBeUndefined();
});
