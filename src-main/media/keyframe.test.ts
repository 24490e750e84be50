import { describe, expect, it } from 'vitest';
import { pictureSignature } from './keyframe.ts';

const vp8 = (width: number, height: number): number[] => [
  0x10,
  0,
  0,
  0x9d,
  0x01,
  0x2a,
  width & 0xff,
  width >> 8,
  height & 0xff,
  height >> 8,
];
const SPS = [0x67, 0x42, 0xe0, 0x1f, 0x99];
const IDR = [0x65, 1, 2, 3];

describe('pictureSignature', () => {
  it.each<[string, string, number[], string | null]>([
    ['VP8', 'vp8', vp8(1280, 720), '1280x720'],
    ['a VP8 delta frame', 'vp8', [0x11, ...vp8(1280, 720).slice(1)], null],
    ['a VP8 frame that is cut off', 'vp8', vp8(640, 360).slice(0, 9), null],
    ['H.264 with lengths', 'avc', [0, 0, 0, SPS.length, ...SPS, 0, 0, 0, IDR.length, ...IDR], '6742e01f99'],
    ['H.264 in Annex B', 'avc', [0, 0, 0, 1, ...SPS, 0, 0, 1, ...IDR], '6742e01f99'],
    ['H.264 without its parameters', 'avc', [0, 0, 0, IDR.length, ...IDR], null],
    ['H.264 with a length beyond its end', 'avc', [0, 0, 1, 77, 0x65], null],
    ['a codec that is not read', 'av1', [1, 2, 3], null],
  ])('%s', (_, codec, bytes, expected) => expect(pictureSignature(codec, Uint8Array.from(bytes))).toBe(expected));
});
