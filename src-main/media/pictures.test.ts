import { describe, expect, it } from 'vitest';
import { planCut, planPictures, sliceParts, type Grid, type PicturePart, type PictureTrack } from './pictures.ts';

const GRID: Grid = { startMs: 1000, fps: 10, ticks: 100 };

interface Spec {
  from: number;
  to: number;
  every?: number;
  missing?: [number, number][];
  keys?: number[];
  formatChangesAt?: number;
  damaged?: [number, number];
  paused?: [number, number][];
  isCamera?: boolean;
}

/** A track with a frame every 100 ms of session time in [from, to). */
function track({
  from,
  to,
  every = 100,
  missing = [],
  keys = [from],
  formatChangesAt,
  damaged = [Infinity, Infinity],
  paused = [],
  isCamera = true,
}: Spec): PictureTrack {
  const times: number[] = [];
  for (let t = from; t < to; t += every) if (!missing.some(([a, b]) => t >= a && t < b)) times.push(t);
  const index = {
    timesMs: Float64Array.from(times),
    keys: Uint8Array.from(times, (t) => Number(keys.includes(t) || t === formatChangesAt)),
    formats: Int32Array.from(
      times,
      (t) => Number(t >= (formatChangesAt ?? Infinity)) + Number(t >= damaged[0]) + Number(t >= damaged[1]),
    ),
    damaged: Uint8Array.from(times, (t) => Number(t >= damaged[0] && t < damaged[1])),
  };
  return { index, endMs: to, paused, isCamera };
}

const show = (parts: PicturePart[]): string =>
  parts.map(({ from, to, track }) => `${from}-${to}:${track ?? 'card'}`).join(' ');

describe('planPictures', () => {
  it.each<[string, Spec[], string]>([
    ['no track', [], '0-100:card'],
    ['one track all the time', [{ from: 1000, to: 11000 }], '0-100:0'],
    ['late, ends early', [{ from: 2000, to: 5000 }], '0-10:card 10-40:0 40-100:card'],
    [
      'before its first key frame nothing can be decoded',
      [{ from: 1000, to: 11000, keys: [2500] }],
      '0-15:card 15-100:0',
    ],
    ['never a key frame', [{ from: 1000, to: 11000, keys: [] }], '0-100:card'],
    [
      'camera off and on again',
      [
        { from: 1000, to: 4000 },
        { from: 6000, to: 11000 },
      ],
      '0-30:0 30-50:card 50-100:1',
    ],
    [
      'replaced by a newer one, which wins',
      [
        { from: 1000, to: 6000 },
        { from: 5000, to: 11000 },
      ],
      '0-40:0 40-100:1',
    ],
    [
      'paused',
      [{ from: 1000, to: 11000, paused: [[3000, 5000]], missing: [[3000, 5000]] }],
      '0-20:0 20-40:card 40-100:0',
    ],
    [
      'paused at the end',
      [{ from: 1000, to: 9000, paused: [[3000, 11000]], missing: [[3000, 11000]] }],
      '0-20:0 20-100:card',
    ],
    [
      'frames before "resumed" arrives',
      [{ from: 1000, to: 11000, paused: [[3000, 5000]], missing: [[3000, 4800]] }],
      '0-20:0 20-38:card 38-100:0',
    ],
    ['paused from the start', [{ from: 5000, to: 11000, paused: [[1000, 5000]] }], '0-40:card 40-100:0'],
    ['a size change', [{ from: 1000, to: 11000, formatChangesAt: 6000 }], '0-50:0 50-100:0'],
    [
      'damaged: the picture before it stays',
      [{ from: 1000, to: 11000, keys: [1000, 6000], damaged: [4000, 6000] }],
      '0-50:0 50-100:0',
    ],
    ['damaged to its end', [{ from: 1000, to: 11000, damaged: [4000, 99_000] }], '0-100:0'],
    ['a camera that stalls', [{ from: 1000, to: 11000, missing: [[2000, 9000]] }], '0-59:0 59-80:card 80-100:0'],
    ['a shared screen that rests', [{ from: 1000, to: 11000, missing: [[2000, 9000]], isCamera: false }], '0-100:0'],
  ])('%s', (_, specs, expected) => expect(show(planPictures(specs.map(track), GRID).parts)).toBe(expected));

  it('slices parts to a segment', () => {
    const { parts } = planPictures([track({ from: 2000, to: 5000 })], GRID);
    expect(show(sliceParts(parts, 5, 15))).toBe('5-10:card 10-15:0');
    expect(show(sliceParts(parts, 40, 50))).toBe('40-50:card');
  });
});

describe('planCut', () => {
  const one = track({ from: 1000, to: 11000, keys: [1000, 4000, 8000] });
  const { frameTicks } = planPictures([one], GRID);
  const ticks = frameTicks[0] ?? new Int32Array();

  it('starts at the key frame before the frame on view', () => {
    const cut = planCut(one.index, ticks, 35, 50);
    expect(cut).toMatchObject({ firstFrame: 30, endFrame: 50, start: 5 });
    expect(cut?.ticks.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('leaves damaged frames out, wherever it begins', () => {
    const damaged = track({ from: 1000, to: 11000, keys: [1000, 6000], damaged: [4000, 6000] });
    expect(planCut(damaged.index, ticks, 0, 50)).toMatchObject({ firstFrame: 0, endFrame: 30 });
    expect(planCut(damaged.index, ticks, 40, 50)).toMatchObject({ firstFrame: 0, endFrame: 30 });
    expect(planCut(damaged.index, ticks, 50, 60)).toMatchObject({ firstFrame: 50, endFrame: 60, start: 0 });
  });

  it('needs nothing else where a key frame is on view', () => {
    expect(planCut(one.index, ticks, 30, 40)).toMatchObject({ firstFrame: 30, endFrame: 40, start: 0 });
  });

  it('moves a frame that has been on view for long to the start', () => {
    const slow = track({ from: 1000, to: 11000, every: 2000, keys: [1000] });
    const slowTicks = planPictures([slow], GRID).frameTicks[0] ?? new Int32Array();
    const cut = planCut(slow.index, slowTicks, 35, 50);
    // Frames at ticks 0 and 20 feed the decoder; the one of tick 20 is shown at 35, the next at 40.
    expect(cut).toMatchObject({ firstFrame: 0, endFrame: 3, start: 35 });
    expect(cut?.ticks).toEqual([0, 35, 40]);
  });

  it('ends where the picture changes its size', () => {
    const sized = track({ from: 1000, to: 11000, formatChangesAt: 4000 });
    expect(planCut(sized.index, ticks, 20, 30)).toMatchObject({ firstFrame: 0, endFrame: 30 });
    expect(planCut(sized.index, ticks, 30, 60)).toMatchObject({ firstFrame: 30, endFrame: 60, start: 0 });
  });

  it('is nothing without a key frame', () => {
    const never = track({ from: 1000, to: 11000, keys: [] });
    expect(planCut(never.index, ticks, 0, 10)).toBeNull();
  });
});
