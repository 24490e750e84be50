import { describe, expect, it, test } from 'vitest';
import type { Session } from '../contract/session.ts';
import { deliveredSession, isDue } from './retention.ts';

const receipt = (verifiedAt: string, sha256 = 'a') => ({
  path: 's3://b/k',
  endpoint: null,
  key: 'k',
  size_bytes: 1,
  etag: 'e',
  version_id: null,
  sha256,
  verified_at: verifiedAt,
});
const EARLY = '2026-01-01T00:00:00.000Z';
const LATE = '2026-01-03T00:00:00.000Z';

const session = (change: (draft: Session) => void = () => undefined): Session => {
  const draft = {
    state: 'done',
    outputs: ['one', 'two'].map((id) => ({ output_id: id, state: 'done', sha256: 'a' })),
    uploads: [
      { output_id: 'one', state: 'delivered', receipt: receipt(LATE) },
      { output_id: 'two', state: 'delivered', receipt: receipt(EARLY) },
    ],
    webhooks: [{ state: 'delivered' }, { state: 'failed' }],
  } as unknown as Session;
  change(draft);
  return draft;
};

test('a session is delivered since its last receipt', () => {
  expect(deliveredSession(session())).toMatchObject({ sinceMs: Date.parse(LATE), receipts: [{}, {}] });
});

describe('something is only here', () => {
  it.each<[string, (draft: Session) => void]>([
    ['it is still being delivered', (draft) => (draft.state = 'delivering')],
    ['it failed', (draft) => (draft.state = 'failed')],
    ['it has no file at all', (draft) => (draft.outputs = [])],
    ['a file was not made', (draft) => (draft.outputs[1]!.state = 'failed')],
    ['a file was made anew since', (draft) => (draft.outputs[1]!.sha256 = 'b')],
    ['the hash of a file is not known', (draft) => (draft.outputs[1]!.sha256 = null)],
    ['a file was never to be sent', (draft) => draft.uploads.pop()],
    ['a file waits for storage', (draft) => (draft.uploads[0]!.state = 'waiting')],
    ['a file failed, after it had been there', (draft) => (draft.uploads[0]!.state = 'failed')],
    ['a receipt is gone', (draft) => (draft.uploads[0]!.receipt = null)],
    ['a receipt has no time', (draft) => (draft.uploads[0]!.receipt!.verified_at = 'soon')],
    ['somebody is still to be told', (draft) => (draft.webhooks[0]!.state = 'pending')],
  ])('%s', (_what, change) => {
    expect(deliveredSession(session(change))).toBeNull();
  });
});

it.each([
  [7, '2026-01-09T23:59:59.999Z', false],
  [7, '2026-01-10T00:00:00.000Z', true],
  [1, '2025-12-01T00:00:00.000Z', false],
])('a rule of %i days, at %s: %s', (days, now, due) => {
  expect(isDue(Date.parse(LATE), days, Date.parse(now))).toBe(due);
});
