/** Checks before the first recording: whether this computer, its network and its storage can do what will be asked of them. */
export const PREFLIGHT_CHECKS = ['disk', 'encoder', 'join', 'bucket', 'clock'] as const;
export type PreflightCheck = (typeof PREFLIGHT_CHECKS)[number];

export interface PreflightResult {
  check: PreflightCheck;
  /** `skipped`: there is nothing to check it with (no link, no storage). */
  state: 'ok' | 'warn' | 'failed' | 'skipped';
  /** What was found, with numbers: one sentence. */
  found: string;
  /** What to do; null where there is nothing to do. */
  remedy: string | null;
}
