import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import type { ClockSample } from '../contract/capture.ts';
import { thinInto } from './clock-samples.ts';
import { fitClock } from './clock-fit.ts';
import { clockSteps, unstepped, withoutSteps } from './clock-steps.ts';

/** A sample a second of a track that arrives `delayMs` after it is sent; a server moves its timestamps by `moved` at each switch. */
function samples(switches: { atMs: number; moved: number }[], { jitterMs = 3, lengthMs = 60_000 } = {}): ClockSample[] {
  const next = seededRandom(3);
  const list: ClockSample[] = [];
  for (let at = 0; at < lengthMs; at += 1000) {
    const current = switches.findLast(({ atMs }) => atMs <= at);
    const isFirst = current !== undefined && at - current.atMs < 1000;
    thinInto(list, {
      fileMs: at + (current?.moved ?? 0),
      arrivalMs: 200 + at + next() * jitterMs,
      ...(isFirst ? { switchMs: current.atMs + current.moved } : {}),
    });
  }
  return list;
}

describe('timestamps that a server moved', () => {
  test('are found, and moved back', () => {
    const moved = samples([
      { atMs: 5400, moved: 33.4 },
      { atMs: 9700, moved: 74.5 },
      { atMs: 40_000, moved: 0 },
    ]);
    const steps = clockSteps(moved);
    expect(steps.map(([from]) => from)).toEqual([5433, 9774, 40_000]);
    for (const [i, shift] of [-33.4, -74.5, 0].entries())
      expect(Math.abs((steps[i]?.[1] ?? NaN) - shift)).toBeLessThan(4);
    expect(Math.abs(unstepped(steps, 12_074.5) - 12_000)).toBeLessThan(4);
    expect(unstepped(steps, 5000)).toBe(5000);
    // The whole track lies where its least delayed frames say.
    expect(Math.abs((fitClock(withoutSteps(moved, steps))?.offset_ms ?? NaN) - 200)).toBeLessThan(4);
  });

  test('jitter, another size without a move, and an outage of a minute are none', () => {
    expect(clockSteps(samples([{ atMs: 20_000, moved: 0 }]))).toEqual([]);
    expect(clockSteps(samples([{ atMs: 20_000, moved: 0 }], { jitterMs: 9 }))).toEqual([]);
    expect(clockSteps(samples([{ atMs: 20_000, moved: -60_000 }]))).toEqual([]);
    expect(clockSteps(samples([]))).toEqual([]);
    expect(clockSteps([])).toEqual([]);
  });

  test('a switch without a sample before or after it', () => {
    expect(clockSteps([{ fileMs: 0, arrivalMs: 0, switchMs: 0 }])).toEqual([]);
    expect(clockSteps([{ fileMs: 90_000, arrivalMs: 90_030, switchMs: 0 }])).toEqual([]);
  });
});
