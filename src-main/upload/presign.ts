import { RollcallError } from '../contract/errors.ts';
import type { Receipt } from '../contract/session.ts';
import type { Destination } from '../contract/settings.ts';
import type { PresignedUrl } from './object-store.ts';
import { openStore } from './open-store.ts';
import { targetOf } from './still-there.ts';

/** How long a link to a recording works. */
export const PRESIGNED_SECONDS = 12 * 60 * 60;

const CLOCK_TIMEOUT_MS = 5000;

/**
 * A GET link to a delivered object that works for 12 hours, or less where the credentials are temporary.
 * @throws RollcallError `UPLOAD_CREDENTIALS` where the settings no longer lead to the store that the receipt names.
 */
export async function presignReceipt(
  destination: Destination,
  receipt: Receipt,
  seconds: number = PRESIGNED_SECONDS,
): Promise<PresignedUrl> {
  const target = targetOf(destination, receipt);
  if (target === null) {
    throw new RollcallError(
      'UPLOAD_CREDENTIALS',
      `No link can be signed for ${receipt.path}: the room's recordings go elsewhere now, and the settings hold no keys for that place.`,
      'Set the destination back to it for the time of signing.',
    );
  }
  const store = await openStore(target);
  try {
    // Any answer of the store says how far its clock is from this one, by which the link is signed; there may be none.
    await store.head(receipt.key, AbortSignal.timeout(CLOCK_TIMEOUT_MS)).catch(() => undefined);
    return await store.presignGet(receipt.key, seconds);
  } finally {
    store.close();
  }
}
