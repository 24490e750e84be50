import { describe, expect, test } from 'vitest';
import { KeyFramePolicy } from './key-frames.ts';

/** Asks once a second for a minute; @returns the seconds and reasons. */
function minute(
  frames: (second: number) => { lastFrameAtMs: number | null; lastKeyFrameAtMs: number | null },
  paused = false,
): string[] {
  const policy = new KeyFramePolicy(10_000, 0);
  const asked: string[] = [];
  for (let second = 1; second <= 60; second += 1) {
    const reason = policy.due(second * 1000, frames(second), paused);
    if (reason) asked.push(`${second} ${reason}`);
  }
  return asked;
}

describe('key frames are asked for', () => {
  test('about every 10 s of a sender that makes none', () => {
    const asked: number[] = [];
    const policy = new KeyFramePolicy(10_000, 0);
    let lastKeyFrameAtMs = 0;
    for (let ms = 0; ms <= 60_000; ms += 500) {
      if (policy.due(ms, { lastFrameAtMs: ms, lastKeyFrameAtMs }, false)) {
        asked.push(ms);
        lastKeyFrameAtMs = ms + 100;
      }
    }
    expect(asked).toEqual([10_000, 20_500, 31_000, 41_500, 52_000]);
  });

  test('never of a sender that makes its own', () => {
    expect(
      minute((second) => ({ lastFrameAtMs: second * 1000, lastKeyFrameAtMs: Math.floor(second / 3) * 3000 })),
    ).toEqual([]);
  });

  test('2 s after the start, and ever more rarely of a sender that does not answer', () => {
    expect(minute(() => ({ lastFrameAtMs: null, lastKeyFrameAtMs: null })).slice(0, 3)).toEqual([
      '2 start',
      '12 start',
      '32 start',
    ]);
  });

  test('rarely of a sender that stalls, and not of one that is paused', () => {
    const stalled = (): { lastFrameAtMs: number; lastKeyFrameAtMs: number } => ({
      lastFrameAtMs: 900,
      lastKeyFrameAtMs: 900,
    });
    expect(minute(stalled)).toEqual(['5 stall', '15 stall', '35 stall']);
    expect(minute(stalled, true)).toEqual([]);
  });
});
