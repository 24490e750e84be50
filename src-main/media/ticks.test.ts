import { describe, expect, it } from 'vitest';
import { assignTicks } from './ticks.ts';

const range = (count: number, from: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => from(i));

describe('assignTicks', () => {
  it.each<[string, number[], number[]]>([
    ['frames on the grid', [0, 1, 2, 3], [0, 1, 2, 3]],
    ['half a tick off, trembling', [0.5, 1.49, 2.52, 3.47, 4.53], [1, 2, 3, 4, 5]],
    ['15 fps', [0, 2, 4], [0, 2, 4]],
    ['60 fps: the later of two is shown', [0, 0.5, 1, 1.5, 2, 2.5], [0, 1, 1, 2, 2, 3]],
    ['a gap', [0, 1, 10.4, 11.4], [0, 1, 10, 11]],
    ['before the output starts', [-2.1, -1.1, -0.1], [-2, -1, 0]],
    ['out of order', [5, 4, 6], [5, 5, 6]],
    ['nothing', [], []],
  ])('%s', (_, times, expected) => expect([...assignTicks(times)]).toEqual(expected));

  it('gives a 30 fps sender every tick once at any phase, with 5 ms of jitter', () => {
    for (let phase = 0; phase < 1; phase += 0.05) {
      const ticks = assignTicks(range(300, (i) => i + phase + 0.15 * Math.sin(i * 12.9)));
      expect(new Set(ticks).size).toBe(300);
      expect((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)).toBe(299);
    }
  });

  it('drops one frame in many from a slightly fast sender, and doubles none', () => {
    const ticks = assignTicks(range(3000, (i) => i * 0.999));
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(2995);
    expect(ticks.filter((tick, i) => i > 0 && tick - (ticks[i - 1] ?? 0) > 1)).toHaveLength(0);
  });
});
