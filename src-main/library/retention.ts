import type { Receipt, Session } from '../contract/session.ts';

/** A session of which everything is in its store, and since when. */
export interface DeliveredSession {
  /** Unix milliseconds: when the last of its files was proven to be there. */
  sinceMs: number;
  /** One for each of its files. */
  receipts: Receipt[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A session that is over, with a receipt for each of its files as they are now and nobody still to be told of one; null
 * for every other: something of it is only here. Pure.
 */
export function deliveredSession(session: Session): DeliveredSession | null {
  if (session.state !== 'done' || session.outputs.length === 0) return null;
  if (session.webhooks.some(({ state }) => state === 'pending')) return null;
  const receipts: Receipt[] = [];
  for (const output of session.outputs) {
    const upload = session.uploads.find(({ output_id: id }) => id === output.output_id);
    const receipt = upload?.state === 'delivered' ? upload.receipt : null;
    if (output.state !== 'done' || receipt === null || receipt.sha256 !== output.sha256) return null;
    receipts.push(receipt);
  }
  const sinceMs = Math.max(...receipts.map(({ verified_at: at }) => Date.parse(at)));
  return Number.isFinite(sinceMs) ? { sinceMs, receipts } : null;
}

/** Whether so many days have gone by since. Pure. */
export const isDue = (sinceMs: number, days: number, nowMs: number): boolean => nowMs - sinceMs >= days * DAY_MS;
