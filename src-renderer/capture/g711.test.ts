import { describe, expect, test } from 'vitest';
import { linearSamples } from './g711.ts';

const samplesOf = (codec: string, codes: number[]): number[] => {
  const bytes = linearSamples(codec, Uint8Array.from(codes));
  return bytes ? [...new Int16Array(bytes.buffer)] : [];
};

describe('G.711', () => {
  // Table 2a of ITU-T G.711: the ends of both ranges, and silence.
  test('µ-law', () => expect(samplesOf('pcmu', [0x00, 0x80, 0xff, 0x7f, 0x8f])).toEqual([-32124, 32124, 0, 0, 16764]));
  test('A-law', () => expect(samplesOf('pcma', [0xd5, 0x55, 0xaa, 0x2a, 0x80])).toEqual([8, -8, 32256, -32256, 5504]));
  test('every code has a sample of its own, but for the two zeros of µ-law', () => {
    const all = Array.from({ length: 256 }, (_, code) => code);
    expect(new Set(samplesOf('pcmu', all)).size).toBe(255);
    expect(new Set(samplesOf('pcma', all)).size).toBe(256);
  });
  test('other codecs are not its business', () => expect(linearSamples('opus', Uint8Array.of(1))).toBeNull());
});
