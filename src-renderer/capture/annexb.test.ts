import { describe, expect, test } from 'vitest';
import { isIdr, parameterSets, splitAnnexB, toLengthPrefixed } from './annexb.ts';

const SPS = [0x67, 0x42, 0xc0, 0x1f, 0xaa];
const PPS = [0x68, 0xce, 0x3c];
const IDR = [0x65, 1, 2, 3];
const DELTA = [0x41, 9];
const LONG = [0, 0, 0, 1];
const SHORT = [0, 0, 1];

describe('Annex B', () => {
  test.each([
    ['4-byte start codes', [...LONG, ...SPS, ...LONG, ...PPS, ...LONG, ...IDR], [SPS, PPS, IDR]],
    ['3-byte start codes', [...SHORT, ...SPS, ...SHORT, ...IDR], [SPS, IDR]],
    ['zeros before the first start code', [0, 0, ...SHORT, ...DELTA], [DELTA]],
    ['trailing zeros are no part of a unit', [...SHORT, ...PPS, 0, 0, ...SHORT, ...DELTA], [PPS, DELTA]],
    ['no start code: no unit', [1, 2, 3, 4], []],
    ['nothing', [], []],
  ])('%s', (_name, bytes, units) => {
    expect(splitAnnexB(Uint8Array.from(bytes)).map((unit) => [...unit])).toEqual(units);
  });

  test('units behind their lengths', () => {
    const units = splitAnnexB(Uint8Array.from([...LONG, ...IDR, ...LONG, ...DELTA]));
    expect([...toLengthPrefixed(units)]).toEqual([0, 0, 0, 4, ...IDR, 0, 0, 0, 2, ...DELTA]);
  });

  test('avcC holds the parameter sets', () => {
    const sets = parameterSets([SPS, PPS, IDR].map((unit) => Uint8Array.from(unit)));
    expect(sets?.codec).toBe('avc1.42c01f');
    expect([...(sets?.description ?? [])]).toEqual([
      1,
      0x42,
      0xc0,
      0x1f,
      0xff,
      0xe1,
      0,
      SPS.length,
      ...SPS,
      1,
      0,
      PPS.length,
      ...PPS,
    ]);
    expect(parameterSets([Uint8Array.from(IDR)])).toBeNull();
  });

  test('a picture is a key frame by its IDR slice', () => {
    expect(isIdr([Uint8Array.from(SPS), Uint8Array.from(IDR)])).toBe(true);
    expect(isIdr([Uint8Array.from(DELTA)])).toBe(false);
  });
});
