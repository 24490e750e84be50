import type { ErrorRecord } from './errors.ts';

/** What is tried of a destination, in this order. */
export const DESTINATION_CHECKS = ['write', 'read', 'multipart', 'list-parts', 'abort', 'clock', 'delete'] as const;
export type DestinationCheckName = (typeof DESTINATION_CHECKS)[number];

/** `required`: uploads do not work without it. The others only cost comfort: a rest in the bucket, parts sent again. */
export interface DestinationCheck {
  name: DestinationCheckName;
  required: boolean;
  /** null: it works. */
  error: ErrorRecord | null;
}

/** What came of trying a destination that may not be saved yet. */
export interface DestinationTrial {
  /** Bucket and endpoint, for people. */
  store: string;
  /** Those that were tried: one that cannot be reached at all ends it. */
  checks: DestinationCheck[];
}

/** What a receiver answered to a test event. */
export interface WebhookTrial {
  host: string;
  /** null: there was no answer, and the excerpt says why. */
  status: number | null;
  /** The beginning of the answer; holds no secret. */
  excerpt: string;
}
