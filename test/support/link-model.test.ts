import { describe, expect, test } from 'vitest';
import { CLEAR_DIRECTION, LinkModel, type Direction } from './sfu/link-model.ts';

/** The fates of packets of 1000 bytes, one a millisecond. */
function fates(change: Partial<Direction>, count = 20_000, seed = 5): number[][] {
  const model = new LinkModel(seed);
  return Array.from({ length: count }, (_, ms) => model.fate({ ...CLEAR_DIRECTION, ...change }, 1000, ms));
}

/** Lengths of the rows of lost packets. */
function rows(list: readonly number[][]): number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const arrivals of [...list, [0]]) {
    if (arrivals.length === 0) length += 1;
    else {
      if (length > 0) lengths.push(length);
      length = 0;
    }
  }
  return lengths;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const lost = (list: readonly number[][]): number =>
  list.filter((arrivals) => arrivals.length === 0).length / list.length;

describe('an impaired link', () => {
  test('left alone, it passes everything at once', () => expect(fates({}, 100)).toEqual(Array(100).fill([0])));

  test('loses what it is told to, by itself or in rows', () => {
    const single = fates({ loss: 0.05 });
    expect(lost(single)).toBeCloseTo(0.05, 1);
    expect(mean(rows(single))).toBeLessThan(1.2);
    const inRows = fates({ loss: 0.05, burst: 8 });
    expect(lost(inRows)).toBeGreaterThan(0.03);
    expect(lost(inRows)).toBeLessThan(0.07);
    expect(mean(rows(inRows))).toBeGreaterThan(6);
    expect(mean(rows(inRows))).toBeLessThan(10);
    expect(lost(fates({ loss: 1 }, 100))).toBe(1);
  });

  test('delays, jitters, holds back and doubles', () => {
    const delays = fates({ delayMs: 20, jitterMs: 30 }).flat();
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...delays)).toBeLessThan(50);
    expect(mean(delays)).toBeCloseTo(35, 0);
    const held = fates({ reorder: 0.1, reorderMs: 15 }).flat();
    expect(held.filter((delay) => delay === 15).length / held.length).toBeCloseTo(0.1, 1);
    expect(fates({ duplicate: 0.5 }).filter((arrivals) => arrivals.length === 2).length).toBeGreaterThan(9000);
  });

  test('a rate limit lets no more through and holds no more back than its queue', () => {
    // 8000 kbit/s come, 4000 pass.
    const list = fates({ rateKbps: 4000, queueMs: 100 });
    expect(lost(list)).toBeCloseTo(0.5, 1);
    expect(Math.max(...list.flat())).toBeLessThanOrEqual(102);
  });

  test('the same seed gives the same fates, another gives others', () => {
    const setting = { loss: 0.1, burst: 3, jitterMs: 10, reorder: 0.1, duplicate: 0.1 };
    expect(fates(setting, 500, 9)).toEqual(fates(setting, 500, 9));
    expect(fates(setting, 500, 9)).not.toEqual(fates(setting, 500, 10));
  });
});
