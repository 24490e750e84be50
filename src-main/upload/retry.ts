import pRetry from 'p-retry';
import { RollcallError } from '../contract/errors.ts';
import { uploadStopped } from './stopped.ts';

/** How a single request is repeated. Each request has attempts of its own, so that progress resets them. */
export interface RetryPolicy {
  /** Attempts in all. */
  attempts: number;
  /** Wait before the second attempt; doubles, times a random factor from 1 to 2 (jitter). */
  firstDelayMs: number;
  maxDelayMs: number;
}

/** 0.5, 1, 2, 4, 8, 16, 20, 20, ... s (times the jitter): an outage of a minute leaves enough of them for what comes after. */
export const UPLOAD_RETRY: RetryPolicy = { attempts: 12, firstDelayMs: 500, maxDelayMs: 20_000 };

export interface RetryOptions {
  policy: RetryPolicy;
  signal: AbortSignal;
  /** Told of each attempt that will be repeated. */
  onRetry: (error: RollcallError, attempt: number) => void;
}

/**
 * Runs a request until it succeeds, fails with an error that repeating does not mend, or its attempts are used up.
 * A wrong clock is tried once more, as the S3 client corrects itself by the store's clock.
 * @throws RollcallError the last error; `CANCELLED` where `signal` ends the wait.
 */
export async function withRetry<T>(request: () => Promise<T>, { policy, signal, onRetry }: RetryOptions): Promise<T> {
  const mayRepeat = (error: Error, attempt: number): boolean => {
    if (signal.aborted || !(error instanceof RollcallError)) return false;
    if (error.code === 'UPLOAD_CLOCK') return attempt === 1;
    // An answer that is not understood is worth a later run, not the same request at once.
    return error.retryable && error.code !== 'UPLOAD_FAILED';
  };
  try {
    return await pRetry(request, {
      retries: policy.attempts - 1,
      minTimeout: policy.firstDelayMs,
      maxTimeout: policy.maxDelayMs,
      factor: 2,
      randomize: true,
      signal,
      shouldRetry: ({ error, attemptNumber }) => mayRepeat(error, attemptNumber),
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (retriesLeft > 0 && error instanceof RollcallError && mayRepeat(error, attemptNumber))
          onRetry(error, attemptNumber);
      },
    });
  } catch (error) {
    if (!signal.aborted || error instanceof RollcallError) throw error;
    throw uploadStopped(error);
  }
}
