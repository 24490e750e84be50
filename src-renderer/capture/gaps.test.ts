import { describe, expect, test } from 'vitest';
import { damagedSpan, GapDetector } from './gaps.ts';

describe('GapDetector', () => {
  test('frames that come are no gap, a second without is', () => {
    const gaps = new GapDetector(false);
    expect([0, 33, 900, 1800].map((at) => gaps.frame(at, 0))).toEqual([null, null, null, null]);
    expect(gaps.frame(3000, 0)).toEqual({ fromMs: 1800, toMs: 3000, reason: 'stall' });
  });

  test('missing packets make it a loss, a lost connection a reconnect', () => {
    const gaps = new GapDetector(false);
    gaps.frame(0, 0);
    expect(gaps.frame(2000, 90)).toMatchObject({ reason: 'loss' });
    gaps.setLink(false);
    gaps.setLink(true);
    expect(gaps.frame(9000, 300)).toMatchObject({ fromMs: 2000, toMs: 9000, reason: 'reconnect' });
    expect(gaps.frame(11_000, 300)).toMatchObject({ reason: 'stall' });
  });

  test('a pause of the sender is no gap, nor is a screen at rest', () => {
    const gaps = new GapDetector(false);
    gaps.frame(0, 0);
    gaps.setPaused(true);
    expect(gaps.frame(40, 0)).toBeNull();
    gaps.setPaused(false);
    expect(gaps.frame(5000, 0)).toBeNull();
    const screen = new GapDetector(true);
    screen.frame(0, 0);
    expect(screen.frame(20_000, 0)).toBeNull();
  });
});

test('pictures that cannot be decoded right after a gap are of the gap', () => {
  const gap = { fromMs: 1000, toMs: 9000, reason: 'reconnect' as const };
  expect(damagedSpan(9040, gap)).toEqual({ fromMs: 9000, reason: 'reconnect' });
  for (const fromMs of [8000, 9600]) expect(damagedSpan(fromMs, gap)).toEqual({ fromMs, reason: 'loss' });
  expect(damagedSpan(9040, null)).toEqual({ fromMs: 9040, reason: 'loss' });
});
