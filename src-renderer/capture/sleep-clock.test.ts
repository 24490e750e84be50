import { expect, it } from 'vitest';
import { SleepClock } from './sleep-clock.ts';

function clocks() {
  const at = { monotonic: 1000, wall: 5000 };
  const clock = new SleepClock(
    () => at.monotonic,
    () => at.wall,
  );
  const pass = (monotonic: number, wall = monotonic): void => {
    at.monotonic += monotonic;
    at.wall += wall;
  };
  return { clock, pass };
}

it('goes on through a sleep in which the monotonic clock stood still', () => {
  const { clock, pass } = clocks();
  pass(2000);
  pass(50, 60_050);
  clock.slept(60_000);
  expect(clock.now()).toBe(1000 + 2000 + 60_050);
  pass(10, 30_010);
  clock.slept(30_000);
  expect(clock.now()).toBe(1000 + 2000 + 60_050 + 30_010);
});

it('adds nothing where the monotonic clock went on', () => {
  const { clock, pass } = clocks();
  pass(60_000);
  clock.slept(60_000);
  expect(clock.now()).toBe(61_000);
});

it('does not follow a wall clock that is set', () => {
  const { clock, pass } = clocks();
  pass(1000, 3_601_000);
  expect(clock.now()).toBe(2000);
  // Set in a sleep: no more than the sleep is made up for.
  pass(0, 3_605_000);
  clock.slept(5000);
  expect(clock.now()).toBe(2000 + 6000);
});
