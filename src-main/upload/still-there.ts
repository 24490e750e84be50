import { RollcallError } from '../contract/errors.ts';
import type { Receipt } from '../contract/session.ts';
import type { Destination, StoreTarget } from '../contract/settings.ts';
import type { ObjectStore } from './object-store.ts';
import { objectPath, openStore } from './open-store.ts';

/** The store that a receipt is of, where the settings still lead there; else null. */
export function targetOf(destination: Destination, receipt: Receipt): StoreTarget | null {
  const target = destination.configured ? destination.store : null;
  if (target === null || target.endpoint !== receipt.endpoint) return null;
  return receipt.path === objectPath(target, receipt.key) ? target : null;
}

/**
 * Asks the store whether the objects of these receipts are there, unchanged since.
 * @throws RollcallError for the first that is not, that the settings do not lead to, or that cannot be asked for.
 */
export async function assertStillThere(
  destination: Destination,
  receipts: readonly Receipt[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = receipts;
  if (first === undefined) return;
  const target = targetOf(destination, first);
  if (target === null) throw elsewhere(first);
  const store = await openStore(target);
  try {
    for (const receipt of receipts) {
      if (targetOf(destination, receipt) === null) throw elsewhere(receipt);
      await assertObject(store, receipt, signal);
    }
  } finally {
    store.close();
  }
}

async function assertObject(store: ObjectStore, receipt: Receipt, signal: AbortSignal): Promise<void> {
  const remote = await store.head(receipt.key, signal);
  if (remote !== null && remote !== 'hidden' && remote.sizeBytes === receipt.size_bytes && remote.etag === receipt.etag)
    return;
  if (remote === 'hidden') {
    throw new RollcallError(
      'UPLOAD_DENIED',
      `These credentials may not look at ${receipt.path}, so it is not known whether it is still there.`,
      "Allow s3:GetObject and s3:ListBucket in the bucket's or the user's policy.",
    );
  }
  throw new RollcallError(
    'UPLOAD_MISMATCH',
    remote === null ? `${receipt.path} is not there any more.` : `${receipt.path} is not what was delivered any more.`,
    'Look for what removes or changes objects in this bucket. The recording on this computer is kept.',
  );
}

const elsewhere = (receipt: Receipt): RollcallError =>
  new RollcallError(
    'UPLOAD_CREDENTIALS',
    `${receipt.path} cannot be looked up: the room's recordings go elsewhere now, and the settings hold no keys for that place.`,
    'Move recordings of that place to the bin by hand, or set the destination back to it.',
  );
