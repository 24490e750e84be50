import { describe, expect, it } from 'vitest';
import { canvasSize, splitTicks } from './canvas.ts';

describe('canvasSize', () => {
  it.each<[string, [number, number][], [number, number] | null]>([
    ['audio only', [], null],
    ['one', [[640, 360]], [640, 360]],
    [
      'the largest by area',
      [
        [640, 360],
        [1280, 720],
        [720, 1280],
        [320, 180],
      ],
      [1280, 720],
    ],
    ['odd sides', [[639, 359]], [640, 360]],
    ['nothing was received', [[0, 0]], [320, 180]],
    ['a very large screen', [[5120, 2880]], [4096, 2304]],
  ])('%s', (_, sizes, expected) => {
    const size = canvasSize(sizes.map(([width, height]) => ({ width, height })));
    expect(size && [size.width, size.height]).toEqual(expected);
  });
});

// Pieces of 9 s: 270 frames at 30 fps.
it.each([
  [1, [[0, 1]]],
  [270, [[0, 270]]],
  [
    271,
    [
      [0, 270],
      [270, 271],
    ],
  ],
])('splits %d frames', (ticks, expected) =>
  expect(splitTicks(ticks, 30).map(({ from, to }) => [from, to])).toEqual(expected),
);

it('leaves no gap and no overlap, however long the stream', () => {
  const pieces = splitTicks(1801, 30);
  expect(pieces.map(({ from }) => from)).toEqual([0, ...pieces.slice(0, -1).map(({ to }) => to)]);
  expect(pieces.at(-1)?.to).toBe(1801);
});
