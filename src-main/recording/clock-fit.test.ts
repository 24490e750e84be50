import { describe, expect, test } from 'vitest';
import type { ClockSample } from '../contract/capture.ts';
import { seededRandom } from '../../test/support/random.ts';
import { fitClock } from './clock-fit.ts';

/** A sample a second; delay is added jitter of up to `jitterMs` (already the least of a second's frames). */
function samples(seconds: number, offsetMs: number, skew: number, jitterMs: number): ClockSample[] {
  const next = seededRandom(7);
  return Array.from({ length: seconds }, (_, second) => {
    const fileMs = second * 1000;
    return { fileMs, arrivalMs: offsetMs + (1 + skew) * fileMs + next() * jitterMs };
  });
}

describe('the mapping of a track onto session time', () => {
  test.each([
    ['short, no jitter', 10, 500, 0, 0, 0.01],
    ['short, jitter', 20, 500, 0, 30, 5],
    ['20 minutes, jitter, no skew', 1200, 120, 0, 10, 3],
    ['20 minutes, 80 ppm fast', 1200, 120, 80e-6, 5, 3],
    ['20 minutes, 150 ppm slow', 1200, -40, -150e-6, 5, 3],
  ])('%s', (_name, seconds, offsetMs, skew, jitterMs, toleranceMs) => {
    const fit = fitClock(samples(seconds, offsetMs, skew, jitterMs));
    for (const fileMs of [0, (seconds * 1000) / 2, seconds * 1000]) {
      const expected = offsetMs + (1 + skew) * fileMs;
      const fitted = (fit?.offset_ms ?? NaN) + (1 + (fit?.skew ?? NaN)) * fileMs;
      expect(Math.abs(fitted - expected)).toBeLessThanOrEqual(toleranceMs);
    }
  });

  test('no sample, no mapping', () => expect(fitClock([])).toBeNull());
});
