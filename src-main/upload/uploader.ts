import { join } from 'node:path';
import { RollcallError, toRollcallError, type ErrorCode } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { Session, SessionHandle, SessionOutput, SessionUpload } from '../contract/session.ts';
import type { Destination, StoreTarget } from '../contract/settings.ts';
import type { Flow } from './flow.ts';
import { InFlight } from './in-flight.ts';
import { outputKey } from './keys.ts';
import { openStore } from './open-store.ts';
import type { ObjectStore } from './object-store.ts';
import { MAX_IN_FLIGHT, MAX_IN_FLIGHT_BYTES } from './parts.ts';
import { Reporter } from './reporter.ts';
import { UPLOAD_RETRY, type RetryPolicy } from './retry.ts';
import { uploadFile, type MultipartMemory, type UploadContext } from './upload-file.ts';
import { uploadStopped } from './stopped.ts';

export interface UploadSessionOptions {
  handle: SessionHandle;
  /** As the settings are now. */
  destination: Destination;
  /** Only these outputs; all finished ones where it is absent. */
  outputIds?: readonly string[];
  emit: Emit;
  /** Stops the upload; what is sent stays and the next run goes on from there. */
  signal: AbortSignal;
  retry?: RetryPolicy;
  /** Holds bytes back: pauses, a recorded call, a limit. */
  flow?: Flow;
  openStore?: (target: StoreTarget) => ObjectStore | Promise<ObjectStore>;
}

export interface UploadSessionResult {
  /** The session's uploads as session.json has them now. */
  uploads: readonly SessionUpload[];
  /** The first failure; null where everything is delivered or waits for hosted storage. */
  error: RollcallError | null;
}

/** Failures of the destination itself: the session's other files would meet the same one. */
const STOPS_SESSION: ReadonlySet<ErrorCode> = new Set([
  'UPLOAD_NETWORK',
  'UPLOAD_CREDENTIALS',
  'UPLOAD_DENIED',
  'UPLOAD_NO_BUCKET',
  'UPLOAD_WRONG_REGION',
  'UPLOAD_CLOCK',
  'UPLOAD_CERTIFICATE',
  'CANCELLED',
]);

/** Files of a session that are sent at once; their parts share one limit. */
const FILES_AT_ONCE = 3;

/**
 * Uploads a session's finished outputs, the composite first, a few files at a time. Delivered ones are left alone.
 * Every state is in session.json before the work for it starts. Failures do not throw: they are in the uploads, and the
 * first is returned.
 */
export async function uploadSession(options: UploadSessionOptions): Promise<UploadSessionResult> {
  const { handle, destination } = options;
  const outputs = await prepare(options);
  if (!destination.configured) {
    await markWaiting(options, outputs);
    return { uploads: handle.session.uploads, error: null };
  }
  if (outputs.length === 0) return { uploads: handle.session.uploads, error: null };
  const store = await opened(options, destination.store);
  if (store instanceof RollcallError) {
    for (const output of outputs) await markFailed(options, output, destination.store, store);
    return { uploads: handle.session.uploads, error: store };
  }
  const context = {
    store,
    contact: { made: false },
    inFlight: new InFlight({ requests: MAX_IN_FLIGHT, bytes: MAX_IN_FLIGHT_BYTES }),
    ...(options.flow === undefined ? {} : { flow: options.flow }),
  };
  let first: RollcallError | null = null;
  let stopped: RollcallError | null = null;
  const queue = outputs.values();
  const worker = async (): Promise<void> => {
    for (const output of queue) {
      if (stopped !== null) {
        await markFailed(options, output, destination.store, stopped);
        continue;
      }
      const failure = await uploadOutput(options, output, destination.store, context);
      first ??= failure;
      if (failure !== null && STOPS_SESSION.has(failure.code)) stopped ??= failure;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, outputs.length) }, worker));
  } finally {
    store.close();
  }
  return { uploads: handle.session.uploads, error: first };
}

/** The destination's store, or why there is none: no keys for it, say. */
async function opened(options: UploadSessionOptions, target: StoreTarget): Promise<ObjectStore | RollcallError> {
  try {
    return await (options.openStore ?? openStore)(target);
  } catch (thrown) {
    return toRollcallError(thrown);
  }
}

/** Gives every finished output an entry in session.json; returns those to send, the composite first. */
async function prepare({ handle, outputIds }: UploadSessionOptions): Promise<SessionOutput[]> {
  const finished = handle.session.outputs.filter(({ state }) => state === 'done');
  const isNew = ({ output_id: id }: SessionOutput): boolean =>
    !handle.session.uploads.some((upload) => upload.output_id === id);
  if (finished.some(isNew)) {
    await handle.update((draft) => {
      for (const output of finished.filter(isNew)) {
        draft.uploads.push({
          output_id: output.output_id,
          state: 'pending',
          attempts: 0,
          multipart: null,
          receipt: null,
          error: null,
        });
      }
    });
  }
  const rank = ({ kind }: SessionOutput): number => (kind === 'composite' ? 0 : 1);
  return finished
    .filter((output) => (outputIds?.includes(output.output_id) ?? true) && !isDelivered(handle.session, output))
    .sort((a, b) => rank(a) - rank(b));
}

/** Delivered, and not made anew since. */
function isDelivered(session: Readonly<Session>, output: SessionOutput): boolean {
  const upload = session.uploads.find(({ output_id: id }) => id === output.output_id);
  const receipt = upload?.state === 'delivered' ? upload.receipt : null;
  return receipt !== null && (output.sha256 === null || output.sha256 === receipt.sha256);
}

async function uploadOutput(
  options: UploadSessionOptions,
  output: SessionOutput,
  target: StoreTarget,
  context: Omit<UploadContext, 'retry'>,
): Promise<RollcallError | null> {
  const { handle, emit, signal } = options;
  const reporter = new Reporter(options, output, target);
  const retry = {
    policy: options.retry ?? UPLOAD_RETRY,
    signal,
    onRetry: (error: RollcallError, attempt: number): void => {
      emit({ event: 'warning', code: error.code, message: `${error.message} Attempt ${attempt + 1} follows.` });
    },
  };
  try {
    signal.throwIfAborted();
    const key = outputKey(target.prefix, handle.session, output);
    await change(handle, output, (upload) => {
      upload.state = 'uploading';
      upload.attempts += 1;
      upload.error = null;
    });
    reporter.start();
    const file = {
      path: join(handle.dir, output.file),
      key,
      sha256: output.sha256,
      memory: memory(handle, output),
      onProgress: (sent: number) => reporter.progress(sent),
    };
    const receipt = await uploadFile(file, { ...context, retry });
    await change(handle, output, (upload) => {
      upload.state = 'delivered';
      upload.receipt = receipt;
      upload.multipart = null;
    });
    reporter.end('delivered', receipt.size_bytes);
    return null;
  } catch (thrown) {
    reporter.stop();
    const error = signal.aborted ? uploadStopped() : toRollcallError(thrown);
    await markFailed(options, output, target, error);
    return error;
  }
}

async function markFailed(
  options: UploadSessionOptions,
  output: SessionOutput,
  target: StoreTarget,
  error: RollcallError,
): Promise<void> {
  const stopped = error.code === 'CANCELLED';
  await change(options.handle, output, (upload) => {
    upload.state = stopped ? 'pending' : 'failed';
    upload.error = stopped ? null : error.toRecord();
  });
  new Reporter(options, output, target).end(stopped ? 'pending' : 'failed', 0);
}

async function markWaiting(options: UploadSessionOptions, outputs: readonly SessionOutput[]): Promise<void> {
  for (const output of outputs) {
    await change(options.handle, output, (upload) => {
      upload.state = 'waiting';
      upload.error = null;
    });
    new Reporter(options, output, null).end('waiting', 0);
  }
}

function memory(handle: SessionHandle, output: SessionOutput): MultipartMemory {
  return {
    load: () => handle.session.uploads.find(({ output_id: id }) => id === output.output_id)?.multipart ?? null,
    save: (state) => change(handle, output, (upload) => (upload.multipart = state)),
  };
}

async function change(
  handle: SessionHandle,
  output: SessionOutput,
  edit: (upload: SessionUpload) => void,
): Promise<void> {
  await handle.update((draft) => {
    const upload = draft.uploads.find(({ output_id: id }) => id === output.output_id);
    if (upload !== undefined) edit(upload);
  });
}
