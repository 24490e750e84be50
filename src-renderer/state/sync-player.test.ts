import { expect, it } from 'vitest';
import { isHeard, SyncPlayer, type SyncMedia } from './sync-player.ts';

/** A video that plays at a speed of its own, as real ones do. */
class FakeMedia implements SyncMedia {
  currentTime = 0;
  playbackRate = 1;
  muted = false;
  paused = true;
  seeking = false;
  readyState = 4;
  readonly #error: number;
  /** @param error how much too fast it runs. */
  constructor(error: number) {
    this.#error = error;
  }
  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
  pass(ms: number): void {
    if (!this.paused && this.readyState >= 3) this.currentTime += (ms / 1000) * this.playbackRate * (1 + this.#error);
  }
}

function scene() {
  let now = 0;
  const fast = new FakeMedia(0.01);
  const slow = new FakeMedia(-0.01);
  const player = new SyncPlayer(10_000, () => now);
  player.add('fast', { media: fast, startMs: 0, durationMs: 10_000 });
  player.add('slow', { media: slow, startMs: 1_500, durationMs: 4_000 });
  const run = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 16) {
      now += 16;
      fast.pass(16);
      slow.pass(16);
      player.tick();
    }
  };
  return { player, fast, slow, run };
}

it('holds videos that run apart to one clock', () => {
  const { player, fast, slow, run } = scene();
  player.play();
  run(1_000);
  expect(slow.paused).toBe(true);
  for (let second = 0; second < 4; second += 1) {
    run(1_000);
    expect(player.spreadMs()).toBeLessThan(50);
    expect(Math.abs(fast.currentTime * 1000 - player.timeMs)).toBeLessThan(50);
  }
  run(1_000);
  expect(slow.paused).toBe(true);
  expect(fast.paused).toBe(false);
  run(5_000);
  expect(player.playing).toBe(false);
  expect(player.timeMs).toBe(10_000);
});

it('waits for a video that has nothing to show', () => {
  const { player, slow, fast, run } = scene();
  player.seek(2_000);
  player.play();
  run(500);
  slow.readyState = 2;
  run(100);
  const before = player.timeMs;
  run(1_000);
  // A paused video with a frame is asked to play again, so the clock moves a frame at most.
  expect(player.timeMs - before).toBeLessThan(600);
  expect(Math.abs(fast.currentTime * 1000 - player.timeMs)).toBeLessThan(SEEK);
  slow.readyState = 4;
  run(1_000);
  expect(player.spreadMs()).toBeLessThan(50);
});
const SEEK = 300;

it('is heard by solo first', () => {
  expect(isHeard('a', new Set(['a']), new Set())).toBe(false);
  expect(isHeard('a', new Set(['a']), new Set(['a']))).toBe(true);
  expect(isHeard('b', new Set(), new Set(['a']))).toBe(false);
});
