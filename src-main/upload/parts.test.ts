import { expect, it } from 'vitest';
import { partSizeFor, partsInFlight, partsOf } from './parts.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

it.each([
  [0, 5 * MIB],
  [9 * MIB, 5 * MIB],
  [80_000 * MIB, 8 * MIB],
  [80_000 * MIB + 1, 9 * MIB],
  [5000 * GIB, 512 * MIB],
])('a file of %d bytes has parts of %d, at most 10,000, and bounded memory', (size, partSize) => {
  expect(partSizeFor(size)).toBe(partSize);
  expect(Math.ceil(size / partSize)).toBeLessThanOrEqual(10_000);
  expect(partsInFlight(partSize) * partSize).toBeLessThanOrEqual(Math.max(96 * MIB, partSize));
});

it('parts cover the file once', () => {
  expect(partsOf(0, 8)).toEqual([{ number: 1, start: 0, sizeBytes: 0 }]);
  expect(partsOf(16, 8).map((part) => part.sizeBytes)).toEqual([8, 8]);
  expect(partsOf(17, 8)).toEqual([
    { number: 1, start: 0, sizeBytes: 8 },
    { number: 2, start: 8, sizeBytes: 8 },
    { number: 3, start: 16, sizeBytes: 1 },
  ]);
});
