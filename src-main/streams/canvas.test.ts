import { describe, expect, it } from 'vitest';
import { canvasSize } from './canvas.ts';

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
