import { extname } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { Receipt, SessionUpload } from '../contract/session.ts';
import { expectedChecksum, expectedEtag, fingerprint, openFile, readPart, type Fingerprint } from './fingerprint.ts';
import { FREE_FLOW, type Flow } from './flow.ts';
import type { InFlight } from './in-flight.ts';
import { sendMultipart } from './multipart.ts';
import { UploadGoneError, type ObjectMeta, type ObjectStore, type RemoteObject } from './object-store.ts';
import { MAX_PARTS, MIN_PART_SIZE_BYTES, partSizeFor, partsOf } from './parts.ts';
import { withRetry, type RetryOptions } from './retry.ts';

/** A multipart upload under way, as session.json keeps it. */
export type MultipartState = NonNullable<SessionUpload['multipart']>;

/** Where the state of a multipart upload outlives the process. `save` returns when it is on disk. */
export interface MultipartMemory {
  load(): MultipartState | null;
  save(state: MultipartState | null): Promise<void>;
}

export interface FileUpload {
  /** Absolute. */
  path: string;
  key: string;
  /** Hex, as the session recorded it; null where it did not. */
  sha256: string | null;
  memory: MultipartMemory;
  /** Bytes that the store has so far; finished parts of an earlier run count. */
  onProgress: (sentBytes: number) => void;
}

export interface UploadContext {
  store: ObjectStore;
  retry: RetryOptions;
  /** Holds bytes back; absent: they go at once. */
  flow?: Flow;
  /** Shared by the files that are sent at the same time. */
  inFlight: InFlight;
  /** Whether the store has answered in this run: until then a wrong endpoint is likelier than an outage. */
  contact: { made: boolean };
}

/** Attempts of the very first request, half a minute at least: a wrong endpoint is told before an outage would be. */
const FIRST_CONTACT_ATTEMPTS = 7;

/** Multipart uploads begun anew in one run, where the store forgets them in the middle. */
const MAX_STARTS = 3;

/**
 * Brings one file to the store and proves that it is there. What is there already and equal is not sent again; what is
 * there and differs is never replaced.
 * @returns the receipt, from the store's own answer after the upload.
 * @throws RollcallError `UPLOAD_CONFLICT` for another object under the key, `UPLOAD_SOURCE` for a file that changed,
 *   `UPLOAD_MISMATCH` for an object that is not what was sent, and what the store said.
 */
export async function uploadFile(file: FileUpload, context: UploadContext): Promise<Receipt> {
  const { store, retry } = context;
  const print = await fingerprintOf(file, retry.signal);
  const before = await firstLook(file.key, context);
  if (before !== null && before !== 'hidden') {
    if (!isSameContent(print, before)) throw conflict(file.key, store, print, before);
    await dropMultipart(file, context);
    return receipt(file.key, store, print, before);
  }
  if (before === 'hidden' && !store.refusesToReplace) throw blind(store);
  const multipart = print.sizeBytes > MIN_PART_SIZE_BYTES;
  if (multipart) await sendInParts(file, print, context, before === 'hidden');
  else await sendWhole(file, print, context, before === 'hidden');
  const after = await withRetry(() => verified(file.key, store, print, multipart, retry.signal), retry);
  await file.memory.save(null);
  return receipt(file.key, store, print, after);
}

async function firstLook(
  key: string,
  { store, retry, contact }: UploadContext,
): Promise<RemoteObject | null | 'hidden'> {
  const { attempts } = retry.policy;
  const policy = { ...retry.policy, attempts: contact.made ? attempts : Math.min(attempts, FIRST_CONTACT_ATTEMPTS) };
  const found = await withRetry(() => store.head(key, retry.signal), { ...retry, policy });
  contact.made = true;
  return found;
}

async function fingerprintOf(file: FileUpload, signal: AbortSignal): Promise<Fingerprint> {
  const savedSize = file.memory.load()?.part_size_bytes ?? 0;
  const partSize = (size: number): number =>
    savedSize > 0 && Math.ceil(size / savedSize) <= MAX_PARTS ? savedSize : partSizeFor(size);
  const print = await fingerprint(file.path, partSize, signal);
  if (file.sha256 === null || file.sha256 === print.sha256) return print;
  throw new RollcallError(
    'UPLOAD_SOURCE',
    `The file ${file.path} is not the one that session.json recorded: its SHA-256 differs.`,
    'Make the files again from the tracks: rollcall compose with the session folder.',
  );
}

function sendWhole(file: FileUpload, print: Fingerprint, context: UploadContext, onlyIfAbsent: boolean): Promise<void> {
  return context.inFlight.run(print.sizeBytes, (memory) => putWhole(memory, file, print, context, onlyIfAbsent));
}

async function putWhole(
  body: Buffer,
  file: FileUpload,
  print: Fingerprint,
  { store, retry, inFlight, flow = FREE_FLOW }: UploadContext,
  onlyIfAbsent: boolean,
): Promise<void> {
  const handle = await openFile(file.path);
  try {
    const [part] = partsOf(print.sizeBytes, Math.max(1, print.sizeBytes));
    if (part === undefined) return;
    await readPart(body, handle, print, part);
    const meta = { ...metaOf(file, print), md5: print.partMd5s[0], onlyIfAbsent };
    let doubtful = false;
    await withRetry(async () => {
      // After a failure the object may be there all the same, its answer lost: then it is not sent again.
      const there = doubtful ? await store.head(file.key, retry.signal) : null;
      doubtful = true;
      if (there !== null && there !== 'hidden' && isSameContent(print, there)) return;
      await flow.admit(body.length, retry.signal);
      await inFlight.send(
        body.length,
        () => store.wastedBytes?.() ?? 0,
        () => store.put(file.key, body, meta, retry.signal),
      );
    }, retry);
    file.onProgress(body.length);
  } finally {
    await handle.close();
  }
}

async function sendInParts(
  file: FileUpload,
  print: Fingerprint,
  context: UploadContext,
  onlyIfAbsent: boolean,
): Promise<void> {
  for (let start = 1; ; start += 1) {
    const state = (await savedUpload(file, print, context)) ?? (await newUpload(file, print, context));
    try {
      await sendMultipart(file, print, state, context, onlyIfAbsent);
      return;
    } catch (error) {
      if (!(error instanceof UploadGoneError)) throw error;
      // A lost answer to Complete looks like this too: then the object is there, and the proof that follows finds it.
      const there = await withRetry(() => context.store.head(file.key, context.retry.signal), context.retry);
      if (there !== null && there !== 'hidden') return;
      await file.memory.save(null);
      if (start === MAX_STARTS) throw forgotten(file.key, context.store);
    }
  }
}

/** The upload that an earlier run began, if it is of this very file, to this very place. */
async function savedUpload(
  file: FileUpload,
  print: Fingerprint,
  context: UploadContext,
): Promise<MultipartState | null> {
  const saved = file.memory.load();
  if (saved === null) return null;
  if (
    isHere(saved, file.key, context.store) &&
    saved.sha256 === print.sha256 &&
    saved.part_size_bytes === print.partSizeBytes
  )
    return saved;
  await dropMultipart(file, context);
  return null;
}

async function newUpload(
  file: FileUpload,
  print: Fingerprint,
  { store, retry }: UploadContext,
): Promise<MultipartState> {
  await dropOrphans(file.key, { store, retry });
  const { uploadId, keepsSha256 } = await withRetry(
    () => store.createMultipart(file.key, metaOf(file, print), retry.signal),
    retry,
  );
  const state: MultipartState = {
    upload_id: uploadId,
    bucket: store.bucket,
    endpoint: store.endpoint,
    key: file.key,
    part_size_bytes: print.partSizeBytes,
    sha256: print.sha256,
    ...(keepsSha256 ? { keeps_sha256: true } : {}),
  };
  await file.memory.save(state);
  return state;
}

/**
 * Frees the parts of uploads of this key whose id was lost: the process ended between the store's answer and the disk.
 * The key is this session's alone, and the session is locked, so nobody else works on them.
 */
async function dropOrphans(key: string, { store, retry }: Pick<UploadContext, 'store' | 'retry'>): Promise<void> {
  const open = await withRetry(async () => (await store.openUploads?.(key, retry.signal)) ?? 'hidden', retry);
  if (open === 'hidden') return;
  for (const uploadId of open) {
    // Keys that may not abort can still upload.
    await store.abortMultipart(key, uploadId, retry.signal).catch((error: unknown) => {
      if (!(error instanceof RollcallError) || error.code === 'CANCELLED') throw error;
    });
  }
}

/** Forgets a multipart upload and frees its parts where this store has it. Failing to free them is not an error of the upload. */
async function dropMultipart(file: FileUpload, { store, retry }: UploadContext): Promise<void> {
  const saved = file.memory.load();
  if (saved === null) return;
  if (isHere(saved, saved.key, store)) {
    await store.abortMultipart(saved.key, saved.upload_id, retry.signal).catch((error: unknown) => {
      if (error instanceof RollcallError && error.code !== 'CANCELLED') retry.onRetry(error, 1);
      else throw error;
    });
  }
  await file.memory.save(null);
}

const isHere = (saved: MultipartState, key: string, store: ObjectStore): boolean =>
  saved.bucket === store.bucket && saved.endpoint === store.endpoint && saved.key === key;

/** Whether an object that was there before is this file: by our SHA-256, or by its ETag. */
export function isSameContent(print: Fingerprint, remote: RemoteObject): boolean {
  if (remote.sizeBytes !== print.sizeBytes) return false;
  if (remote.sha256 !== null) return remote.sha256 === print.sha256;
  return (
    remote.etagIsMd5 &&
    (remote.etag === expectedEtag(print, true) ||
      (print.partMd5s.length === 1 && remote.etag === expectedEtag(print, false)))
  );
}

/**
 * Proof after sending: the size, the SHA-256 that the store made itself, and the ETag computed from the file; where ETags are
 * no MD5s and the store makes no SHA-256, our metadata.
 */
async function verified(
  key: string,
  store: ObjectStore,
  print: Fingerprint,
  multipart: boolean,
  signal: AbortSignal,
): Promise<RemoteObject> {
  const remote = await store.head(key, signal);
  if (remote === 'hidden') {
    throw new RollcallError(
      'UPLOAD_DENIED',
      `The file was sent to the bucket "${store.bucket}", but these credentials may not look at it, so its arrival cannot be proven.`,
      "Allow s3:GetObject (and s3:ListBucket) in the bucket's or the user's policy and retry.",
    );
  }
  if (remote !== null && remote.sizeBytes === print.sizeBytes && isProven(print, multipart, remote)) return remote;
  throw new RollcallError(
    'UPLOAD_MISMATCH',
    remote === null
      ? `${key} is not in the bucket "${store.bucket}" after it was sent.`
      : `${key} in the bucket "${store.bucket}" is not what was sent (${remote.sizeBytes} bytes, ETag ${remote.etag}).`,
    'Check what else writes to this bucket, remove that object and retry.',
  );
}

function isProven(print: Fingerprint, multipart: boolean, remote: RemoteObject): boolean {
  const { etag, etagIsMd5, checksum, sha256 } = remote;
  if (checksum !== null && checksum !== expectedChecksum(print, multipart)) return false;
  if (etagIsMd5) return etag === expectedEtag(print, multipart);
  return checksum !== null || sha256 === print.sha256;
}

function receipt(key: string, store: ObjectStore, print: Fingerprint, remote: RemoteObject): Receipt {
  return {
    path: `${store.scheme}://${store.bucket}/${key}`,
    endpoint: store.endpoint,
    key,
    size_bytes: remote.sizeBytes,
    etag: remote.etag,
    version_id: remote.versionId,
    sha256: print.sha256,
    ...(remote.checksum === null ? {} : { checksum_sha256: remote.checksum }),
    verified_at: new Date().toISOString(),
  };
}

function conflict(key: string, store: ObjectStore, print: Fingerprint, remote: RemoteObject): RollcallError {
  return new RollcallError(
    'UPLOAD_CONFLICT',
    `The bucket "${store.bucket}" has another object at ${key} (${remote.sizeBytes} bytes there, ${print.sizeBytes} here), which is not replaced.`,
    'Move or delete that object, or change the prefix of the destination, and retry.',
  );
}

function blind(store: ObjectStore): RollcallError {
  return new RollcallError(
    'UPLOAD_DENIED',
    `These credentials may not look at objects in the bucket "${store.bucket}", and the store may replace one that is there, so nothing was sent.`,
    "Allow s3:GetObject and s3:ListBucket in the bucket's or the user's policy.",
  );
}

function forgotten(key: string, store: ObjectStore): RollcallError {
  return new RollcallError(
    'UPLOAD_FAILED',
    `The bucket "${store.bucket}" forgot the multipart upload of ${key} ${MAX_STARTS} times.`,
    'Look for a rule of the bucket that removes incomplete uploads, and retry.',
  );
}

/** What the store keeps beside the bytes. */
export const metaOf = (file: FileUpload, print: Fingerprint): ObjectMeta => ({
  contentType: contentType(file.path),
  sha256: print.sha256,
});

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.csv': 'text/csv; charset=utf-8',
  '.json': 'application/json',
};
const contentType = (path: string): string => CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
