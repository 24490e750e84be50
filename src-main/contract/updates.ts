import type { ErrorRecord } from './errors.ts';

/** Where the app's own updates are, for the window. */
export type UpdatesView =
  /** No place is set where updates come from. */
  | { state: 'off' }
  /** This installation is not updated by the app: it runs from its sources, or a package manager keeps it. */
  | { state: 'unsupported' }
  /** `checkedAt`: RFC 3339 UTC of the last answer; null before the first. */
  | { state: 'current'; checkedAt: string | null }
  | { state: 'checking' }
  /** A newer version is there; it is fetched once no call is recorded. */
  | { state: 'found'; version: string }
  /** `fraction`: 0 to 1. */
  | { state: 'downloading'; version: string; fraction: number }
  /** Fetched and checked; installed when the app is closed, or started again on request. */
  | { state: 'ready'; version: string }
  | { state: 'failed'; error: ErrorRecord };
