import { join } from 'node:path';
import type { RollcallError } from './contract/errors.ts';
import type { DoneEvent, Emit } from './contract/events.ts';
import type { SessionHandle } from './contract/session.ts';
import type { Destination, ResolvedSettings } from './contract/settings.ts';
import type { Flow } from './upload/flow.ts';
import { outputKey } from './upload/keys.ts';
import { presignReceipt } from './upload/presign.ts';
import { uploadSession } from './upload/uploader.ts';
import { deliverWebhooks } from './webhook/outbox.ts';

export interface DeliverTools {
  /** The settings as they are now: a pending upload uses these. */
  settings: ResolvedSettings;
  /** The installation's id, for webhook events. */
  accountId: string;
  emit: Emit;
  signal: AbortSignal;
  outputIds?: readonly string[];
  /** Holds uploads back; absent: they go at once. */
  flow?: Flow;
}

/** Uploads a session's files and tells its webhook. @returns the first failure of an upload, or null. */
export async function deliver(
  handle: SessionHandle,
  { settings, accountId, emit, signal, outputIds, flow }: DeliverTools,
): Promise<RollcallError | null> {
  const { destination, webhook } = settings;
  const { uploads, error } = await uploadSession({
    handle,
    destination,
    emit,
    signal,
    ...(outputIds ? { outputIds } : {}),
    ...(flow ? { flow } : {}),
  });
  if (!signal.aborted) {
    await deliverWebhooks({
      handle,
      webhook,
      source: { accountId, appId: 'rollcall' },
      presign: (receipt) => presignReceipt(destination, receipt),
      emit,
      signal,
    });
  }
  const delivered = uploads.every((upload) => upload.state === 'delivered');
  await handle.update((draft) => {
    const made = draft.outputs.every((output) => output.state === 'done');
    if (delivered && made) Object.assign(draft, { state: 'done', error: null });
  });
  return error;
}

/** Marks a session whose files stay here: nothing is left to do. */
export async function keepLocal(handle: SessionHandle): Promise<void> {
  await handle.update((draft) => {
    if (draft.outputs.every((output) => output.state === 'done')) draft.state = 'done';
  });
}

/** The last line of `--json` for a session; `destination` gives the keys of uploads that have no receipt yet. */
export function doneEvent(handle: SessionHandle, destination: Destination | null): DoneEvent {
  const { session, dir } = handle;
  const done = session.outputs.filter((output) => output.state === 'done');
  const composite = done.find((output) => output.kind === 'composite');
  const prefix = destination?.configured === true ? destination.store.prefix : session.settings.destination.prefix;
  return {
    event: 'done',
    session_dir: dir,
    composite: composite ? join(dir, composite.file) : null,
    streams: session.streams.flatMap((stream) => {
      const output = done.find((candidate) => candidate.output_id === stream.stream_id);
      if (!output) return [];
      const { peer_id, stream_id, type } = stream;
      return [{ peer_id, stream_id, type, file: join(dir, output.file), duration: output.duration_ms / 1000 }];
    }),
    uploads: session.uploads.flatMap((upload) => {
      const output = session.outputs.find((candidate) => candidate.output_id === upload.output_id);
      if (!output) return [];
      const key = upload.receipt?.key ?? outputKey(prefix, session, output);
      return [{ key, state: upload.state, etag: upload.receipt?.etag ?? null, size: output.size_bytes }];
    }),
  };
}
