import { describe, expect, it } from 'vitest';
import { crossCorrelate, transform } from './fft.ts';

const values = (count: number, of: (i: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => of(i));

describe('transform', () => {
  it.each([1, 2, 8, 64])('of %d values is what its definition says', (size) => {
    const [re, im] = [values(size, (i) => Math.sin(i * i)), values(size, (i) => Math.cos(3 * i + i * i))];
    const [expectedRe, expectedIm] = [new Float64Array(size), new Float64Array(size)];
    for (let k = 0; k < size; k++) {
      for (let i = 0; i < size; i++) {
        const angle = (-2 * Math.PI * k * i) / size;
        expectedRe[k]! += re[i]! * Math.cos(angle) - im[i]! * Math.sin(angle);
        expectedIm[k]! += re[i]! * Math.sin(angle) + im[i]! * Math.cos(angle);
      }
    }
    transform(re, im);
    re.forEach((value, k) => expect(value).toBeCloseTo(expectedRe[k]!, 9));
    im.forEach((value, k) => expect(value).toBeCloseTo(expectedIm[k]!, 9));
  });

  it('takes powers of two only', () => {
    expect(() => transform(new Float64Array(12), new Float64Array(12))).toThrow(RangeError);
  });
});

describe('crossCorrelate', () => {
  it.each([
    [5, 9],
    [1, 1],
    [64, 64],
    [100, 301],
    [7, 3],
  ])('%d values in %d', (piece, sound) => {
    const p = Float32Array.from(values(piece, (i) => Math.sin(i * i)));
    const s = Float32Array.from(values(sound, (i) => Math.cos(i * i * 0.7)));
    const expected = Array.from({ length: Math.max(0, sound - piece + 1) }, (_, lag) =>
      p.reduce((sum, value, i) => sum + value * s[lag + i]!, 0),
    );
    const found = crossCorrelate(p, s);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, lag) => expect(value).toBeCloseTo(expected[lag]!, 6));
  });
});
