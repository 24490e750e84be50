import { expect, test } from 'vitest';
import { VideoOrder } from './video-order.ts';

/** Frames at 30 fps, written down as [number, arrival in ms]. */
function run(given: readonly (readonly [n: number, arrivalMs: number])[]): { order: number[]; late: number } {
  const order = new VideoOrder();
  const out = given.flatMap(([n, arrivalMs]) => order.push({ ticks: n * 3000, arrivalMs }));
  const rest = order.release(Infinity);
  return { order: [...out, ...rest].map(({ ticks }) => ticks / 3000), late: order.late };
}

const START = [
  [0, 0],
  [1, 33],
  [2, 500],
] as const;

test('a frame that was sent again is put in its place', () => {
  expect(run([...START, [4, 566], [5, 600], [3, 640], [6, 650]])).toEqual({ order: [0, 1, 2, 3, 4, 5, 6], late: 0 });
});

test('what comes too late is left out and counted', () => {
  expect(run([...START, [4, 566], [5, 600], [6, 1000], [7, 1010], [3, 1100]])).toEqual({
    order: [0, 1, 2, 4, 5, 6, 7],
    late: 1,
  });
});

test('on a clean link nothing waits, layers of one picture included', () => {
  const order = new VideoOrder();
  order.push({ ticks: 0, arrivalMs: 0 });
  order.push({ ticks: 3000, arrivalMs: 33 });
  order.release(Infinity);
  expect(order.push({ ticks: 6000, arrivalMs: 66 })).toHaveLength(1);
  expect(order.push({ ticks: 6000, arrivalMs: 67 })).toHaveLength(1);
  expect(order.push({ ticks: 9000, arrivalMs: 100 })).toHaveLength(1);
});

test('half the rate is learnt', () => {
  const order = new VideoOrder();
  for (let n = 0; n < 10; n += 1) order.push({ ticks: n * 3000, arrivalMs: n * 33 });
  for (let n = 10; n < 40; n += 2) order.push({ ticks: n * 3000, arrivalMs: n * 33 });
  order.release(Infinity);
  expect(order.push({ ticks: 40 * 3000, arrivalMs: 1400 })).toHaveLength(1);
});
