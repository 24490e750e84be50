import { expect, test } from 'vitest';
import { opusDurationMs } from './opus.ts';

// RFC 6716 3.1: configuration in the top five bits, number of frames in the lowest two.
test.each([
  ['SILK 10 ms', [0 << 3], 10],
  ['SILK 60 ms', [3 << 3], 60],
  ['hybrid 20 ms', [13 << 3], 20],
  ['CELT 2.5 ms', [16 << 3], 2.5],
  ['CELT 20 ms', [31 << 3], 20],
  ['two frames', [(31 << 3) | 1], 40],
  ['three frames by count', [(31 << 3) | 3, 3], 60],
  ['empty', [], 20],
])('%s', (_name, bytes, durationMs) => {
  expect(opusDurationMs(Uint8Array.from(bytes))).toBe(durationMs);
});
