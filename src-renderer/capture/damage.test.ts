import { describe, expect, test } from 'vitest';
import { DamageDetector, type Damage } from './damage.ts';

/** Frames every 40 ms; one is missing at 1000, a key frame comes at `keyAt`. The decoder stops at what is missing, or not. */
function play(options: { keyAt: number; isLost: boolean; endsAt?: number }): Damage[] {
  const found: Damage[] = [];
  let decoded = 0;
  let asked = false;
  const detector = new DamageDetector(
    () => (asked = true),
    (damage) => found.push(damage),
  );
  for (let at = 0; at < (options.endsAt ?? 4000); at += 40) {
    if (asked) {
      asked = false;
      detector.decoded(decoded);
    }
    if (at === 1000) continue;
    const isStuck = options.isLost && at > 1000 && at < options.keyAt;
    if (!isStuck) decoded += 1;
    detector.frame(at, at === options.keyAt, at);
    if (at > 1000 && at < 1400) detector.waiting(1040, 1040, at);
  }
  detector.end(4000);
  return found;
}

describe('damaged frames', () => {
  test('from the missing frame to the key frame', () => {
    expect(play({ keyAt: 2000, isLost: true })).toEqual([{ fromMs: 1040, toMs: 2000, fileMs: [1040, 2000] }]);
  });
  test('also where the key frame comes soon', () => {
    expect(play({ keyAt: 1400, isLost: true })).toEqual([{ fromMs: 1040, toMs: 1400, fileMs: [1040, 1400] }]);
  });
  test('a frame that was never sent is none', () => expect(play({ keyAt: 2000, isLost: false })).toEqual([]));
  test('no key frame ever', () => {
    expect(play({ keyAt: 9999, isLost: true })).toEqual([{ fromMs: 1040, toMs: 4000, fileMs: [1040, Infinity] }]);
  });
  test('a frame that came too late for its place, and one that came in time', () => {
    const found: Damage[] = [];
    const detector = new DamageDetector(
      () => undefined,
      (damage) => found.push(damage),
    );
    detector.waiting(80, 80, 200);
    detector.filled();
    detector.late(500, 1000);
    expect(detector.damaged).toBe(true);
    detector.frame(900, false, 1040);
    detector.frame(1000, true, 1100);
    expect(detector.damaged).toBe(false);
    expect(found).toEqual([{ fromMs: 1000, toMs: 1100, fileMs: [500, 1000] }]);
  });
});
