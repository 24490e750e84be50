import type { FileHandle } from 'node:fs/promises';
import { assertUnchanged, openFile, readPart, type Fingerprint } from './fingerprint.ts';
import { FREE_FLOW } from './flow.ts';
import { UploadGoneError, type CompletedPart, type RemotePart } from './object-store.ts';
import { partsInFlight, partsOf, type Part } from './parts.ts';
import { withRetry } from './retry.ts';
import { metaOf, type FileUpload, type MultipartState, type UploadContext } from './upload-file.ts';

/**
 * Sends the parts that the store does not have yet, several at a time, and completes the upload. A part counts as there
 * when its size and MD5 are those of the file. Throws `UploadGoneError` where the store does not know the upload.
 */
export async function sendMultipart(
  file: FileUpload,
  print: Fingerprint,
  state: MultipartState,
  context: UploadContext,
  onlyIfAbsent: boolean,
): Promise<void> {
  const { store, retry } = context;
  const parts = partsOf(print.sizeBytes, print.partSizeBytes);
  const done = await partsThere(print, state, parts, context);
  let arrivedBytes = parts.reduce((sum, part) => (done.has(part.number) ? sum + part.sizeBytes : sum), 0);
  /** Of parts under way, by number. */
  const underWay = new Map<number, number>();
  const tell = (): void => file.onProgress([...underWay.values()].reduce((sum, bytes) => sum + bytes, arrivedBytes));
  tell();

  const handle = await openFile(file.path);
  try {
    await inParallel(
      parts.filter(({ number }) => !done.has(number)),
      partsInFlight(print.partSizeBytes),
      retry.signal,
      async (part, signal) => {
        const onSent = (bytes: number): void => {
          underWay.set(part.number, bytes);
          tell();
        };
        const etag = await sendPart(handle, print, state, part, context, signal, onSent);
        done.set(part.number, etag);
        underWay.delete(part.number);
        await rememberOpaque(file, state, etag !== print.partMd5s[part.number - 1]);
        arrivedBytes += part.sizeBytes;
        tell();
      },
    );
  } finally {
    await handle.close();
  }
  await assertUnchanged(print);
  const completed = parts.map(({ number }): CompletedPart => ({
    number,
    etag: done.get(number) ?? '',
    ...sha256Of(print, state, number),
  }));
  await withRetry(
    () =>
      store.completeMultipart(
        state.key,
        state.upload_id,
        completed,
        { onlyIfAbsent, meta: metaOf(file, print) },
        retry.signal,
      ),
    retry,
  );
}

/** Keeps that this store's ETags are no MD5s, so that its parts count after a restart. */
async function rememberOpaque(file: FileUpload, state: MultipartState, opaque: boolean): Promise<void> {
  if (!opaque || state.opaque_etags === true) return;
  state.opaque_etags = true;
  await file.memory.save({ ...state });
}

/** ETags by part number of the parts that need not be sent again. */
async function partsThere(
  print: Fingerprint,
  state: MultipartState,
  parts: readonly Part[],
  { store, retry }: UploadContext,
): Promise<Map<number, string>> {
  const listed = await withRetry(() => store.listParts(state.key, state.upload_id, retry.signal), retry);
  const there = new Map<number, string>();
  // An upload that is unknown shows with the first part that is sent; parts that may not be listed are sent again.
  if (listed === null || listed === 'hidden') return there;
  for (const remote of listed) if (isOurs(remote, print, parts, state)) there.set(remote.number, remote.etag);
  return there;
}

/**
 * Whether a part that the store has is that of the file: by its size and MD5. Where ETags are no MD5s (SSE-KMS, some
 * stores) the size has to do: nobody but us knows the upload's id, we sent each part with its Content-MD5, and the state
 * belongs to this very file.
 */
function isOurs(remote: RemotePart, print: Fingerprint, parts: readonly Part[], state: MultipartState): boolean {
  const { number, etag, sizeBytes, sha256 } = remote;
  if (parts[number - 1]?.sizeBytes !== sizeBytes) return false;
  if (sha256 !== undefined) return print.partSha256s[number - 1] === sha256;
  return print.partMd5s[number - 1] === etag || state.opaque_etags === true;
}

/** A part's SHA-256, where the store keeps it. */
function sha256Of(print: Fingerprint, state: MultipartState, number: number): { sha256?: string } {
  const sha256 = print.partSha256s[number - 1];
  return state.keeps_sha256 === true && sha256 !== undefined ? { sha256 } : {};
}

async function sendPart(
  file: FileHandle,
  print: Fingerprint,
  state: MultipartState,
  part: Part,
  context: UploadContext,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<string> {
  const { store, retry, inFlight, flow = FREE_FLOW } = context;
  const work = async (body: Buffer): Promise<string> => {
    await readPart(body, file, print, part);
    const md5 = print.partMd5s[part.number - 1] ?? '';
    const sha256 = print.partSha256s[part.number - 1] ?? '';
    let doubtful = false;
    return withRetry(
      async () => {
        // After a failure the part may be there all the same, its answer lost: then it is not sent again.
        onSent(0);
        const arrived = doubtful ? await arrivedPart(print, state, part, context, signal) : null;
        doubtful = true;
        if (arrived !== null) {
          inFlight.foundArrived(body.length);
          return arrived;
        }
        await flow.admit(body.length, signal);
        return inFlight.send(
          body.length,
          () => store.wastedBytes?.() ?? 0,
          () =>
            store.putPart(
              ...([state.key, state.upload_id] as const),
              { number: part.number, body, md5, sha256, keepsSha256: state.keeps_sha256 === true, onSent },
              signal,
            ),
        );
      },
      { ...retry, signal },
    );
  };
  return inFlight.run(part.sizeBytes, work);
}

/** The ETag of a part that the store has in spite of a failed request; null where it has none, or does not say. */
async function arrivedPart(
  print: Fingerprint,
  state: MultipartState,
  part: Part,
  { store }: UploadContext,
  signal: AbortSignal,
): Promise<string | null> {
  const listed = await store.listParts(state.key, state.upload_id, signal, part.number);
  if (listed === null) throw new UploadGoneError('The store does not know this multipart upload.');
  if (listed === 'hidden') return null;
  const found = listed.find(({ number }) => number === part.number);
  const parts = partsOf(print.sizeBytes, print.partSizeBytes);
  return found !== undefined && isOurs(found, print, parts, state) ? found.etag : null;
}

/** Runs the work for every item, at most `limit` at once; the first failure stops the rest and is thrown when all have ended. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const queue = items.values();
  let first: { error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (either.aborted) return;
      try {
        await work(item, either);
      } catch (error) {
        first ??= { error };
        failure.abort();
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  throwFirst(first);
  signal.throwIfAborted();
}

function throwFirst(first: { error: unknown } | null): void {
  if (first !== null) throw first.error;
}
