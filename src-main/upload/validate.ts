import { createHash, randomBytes } from 'node:crypto';
import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { StoreTarget } from '../contract/settings.ts';
import type { DestinationCheck, DestinationCheckName } from '../contract/trials.ts';
import { normalizePrefix } from './keys.ts';
import type { CheckableStore } from './object-store.ts';
import { openStore } from './open-store.ts';
import { withRetry, type RetryPolicy } from './retry.ts';

const REQUIRED: ReadonlySet<DestinationCheckName> = new Set(['write', 'read', 'multipart', 'clock']);
/** S3 refuses requests that are further off: warned of before that. */
const MAX_CLOCK_OFFSET_MS = 5 * 60_000;
const RETRY: RetryPolicy = { attempts: 3, firstDelayMs: 300, maxDelayMs: 2_000 };

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/**
 * Tries everything that an upload does, on an object of its own beside the recordings, and removes it again. Each
 * permission is tried even where an earlier one is missing; a destination that cannot be reached at all ends it.
 */
export async function checkDestination(
  target: StoreTarget,
  signal: AbortSignal,
  open: (target: StoreTarget) => CheckableStore | Promise<CheckableStore> = openStore,
): Promise<DestinationCheck[]> {
  const store = await open(target);
  const checks: DestinationCheck[] = [];
  try {
    for (const [name, check] of stepsFor(target, store, signal)) {
      const error = await withRetry(check, { policy: RETRY, signal, onRetry: () => undefined }).then(
        () => null,
        (thrown: unknown) => toRollcallError(thrown),
      );
      checks.push({ name, required: REQUIRED.has(name), error: error?.toRecord() ?? null });
      if (error !== null && error.code !== 'UPLOAD_DENIED' && error.code !== 'UPLOAD_FAILED' && name === 'write') break;
    }
  } finally {
    store.close();
  }
  return checks;
}

function stepsFor(
  target: StoreTarget,
  store: CheckableStore,
  signal: AbortSignal,
): [DestinationCheckName, () => Promise<void>][] {
  const bytes = randomBytes(256);
  const name = `.rollcall-check-${randomBytes(6).toString('hex')}`;
  const key = [normalizePrefix(target.prefix), name].filter((part) => part !== '').join('/');
  const meta = { contentType: 'application/octet-stream', sha256: createHash('sha256').update(bytes).digest('hex') };
  let uploadId: string | null = null;
  let written = false;
  return [
    [
      'write',
      async () => {
        await store.put(key, bytes, { ...meta, md5: md5(bytes), onlyIfAbsent: false }, signal);
        written = true;
      },
    ],
    [
      'read',
      async () => {
        if (!written) throw notTried(store, 'reading', 'writing');
        if (!(await store.get(key, signal)).equals(bytes)) throw damaged(store);
      },
    ],
    [
      'multipart',
      async () => {
        const started = await store.createMultipart(`${key}-parts`, meta, signal);
        uploadId = started.uploadId;
        const { sha256 } = meta;
        const { keepsSha256 } = started;
        const part = { number: 1, body: bytes, md5: md5(bytes), sha256, keepsSha256 };
        await store.putPart(`${key}-parts`, uploadId, part, signal);
      },
    ],
    ['list-parts', () => listParts(store, `${key}-parts`, uploadId, signal)],
    [
      'abort',
      async () => {
        if (uploadId === null) throw notTried(store, 'aborting a multipart upload', 'beginning one');
        await store.abortMultipart(`${key}-parts`, uploadId, signal);
      },
    ],
    ['clock', () => (clockIsWrong(store) ? Promise.reject(wrongClock(store)) : Promise.resolve())],
    ['delete', () => (written ? store.remove(key, signal) : Promise.reject(notTried(store, 'deleting', 'writing')))],
  ];
}

async function listParts(
  store: CheckableStore,
  key: string,
  uploadId: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (uploadId === null) throw notTried(store, 'listing parts', 'beginning a multipart upload');
  if ((await store.listParts(key, uploadId, signal)) !== 'hidden') return;
  throw new RollcallError(
    'UPLOAD_DENIED',
    `The bucket "${store.bucket}" denies s3:ListMultipartUploadParts to these credentials.`,
    "Allow s3:ListMultipartUploadParts in the bucket's or the user's policy: without it interrupted uploads begin anew.",
  );
}

const clockIsWrong = (store: CheckableStore): boolean => Math.abs(store.clockOffsetMs()) > MAX_CLOCK_OFFSET_MS;

function wrongClock(store: CheckableStore): RollcallError {
  const minutes = Math.round(store.clockOffsetMs() / 60_000);
  return new RollcallError(
    'UPLOAD_CLOCK',
    `This computer's clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} that of the store.`,
    'Set the date and time (automatic time is best).',
  );
}

function notTried(store: CheckableStore, what: string, before: string): RollcallError {
  return new RollcallError(
    'UPLOAD_FAILED',
    `In the bucket "${store.bucket}" ${what} was not tried, as ${before} failed.`,
    'Mend that first.',
  );
}

function damaged(store: CheckableStore): RollcallError {
  return new RollcallError(
    'UPLOAD_MISMATCH',
    `The bucket "${store.bucket}" gave back other bytes than were written.`,
    'Look for a proxy or gateway that changes what passes through it.',
  );
}
