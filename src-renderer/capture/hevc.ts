import { BitReader } from './bits.ts';
import type { NalCodec, ParameterSets } from './annexb.ts';

/** H.265 as Matroska wants it: `hvcC` with the parameter sets. ISO/IEC 14496-15 8.3.3, ITU-T H.265 7.3. */

const VPS = 32;
const SPS = 33;
const PPS = 34;

const hevcType = (nal: Uint8Array): number => ((nal[0] ?? 0) >> 1) & 0x3f;

/** An intra random access point. */
const isIrap = (units: readonly Uint8Array[]): boolean =>
  units.some((unit) => hevcType(unit) >= 16 && hevcType(unit) <= 23);

/** What a decoder needs first, from an access unit that carries VPS, SPS and PPS; null where it does not. */
function hevcParameterSets(units: readonly Uint8Array[]): ParameterSets | null {
  const sets = [VPS, SPS, PPS].map((type) => ({ type, nals: units.filter((unit) => hevcType(unit) === type) }));
  const sps = sets[1]?.nals[0];
  if (!sps || sets.some(({ nals }) => nals.length === 0)) return null;
  const { general, chroma, depthLuma, depthChroma, temporal } = readSps(withoutEmulation(sps.subarray(2)));
  const record = [
    1,
    ...general,
    0xf0,
    0,
    0xfc,
    0xfc | chroma,
    0xf8 | depthLuma,
    0xf8 | depthChroma,
    0,
    0,
    temporal | 3,
  ];
  record.push(sets.length);
  for (const { type, nals } of sets) {
    // In-band sets may follow: the arrays are not complete.
    record.push(type, nals.length >> 8, nals.length & 0xff);
    for (const nal of nals) record.push(nal.length >> 8, nal.length & 0xff, ...nal);
  }
  return { codec: codecString(general), description: Uint8Array.from(record) };
}

function readSps(sps: Uint8Array) {
  const bits = new BitReader(sps);
  bits.skip(4);
  const subLayers = bits.bits(3);
  const nested = bits.bits(1);
  // general_profile_space to general_level_idc.
  const general = [...sps.subarray(1, 13)];
  bits.skip(96);
  skipSubLayers(bits, subLayers);
  exponential(bits);
  const chroma = exponential(bits);
  if (chroma === 3) bits.skip(1);
  exponential(bits);
  exponential(bits);
  if (bits.flag()) for (let edge = 0; edge < 4; edge += 1) exponential(bits);
  const [depthLuma, depthChroma] = [exponential(bits), exponential(bits)];
  return { general, chroma, depthLuma, depthChroma, temporal: ((subLayers + 1) << 3) | (nested << 2) };
}

function skipSubLayers(bits: BitReader, count: number): void {
  if (count === 0) return;
  const present = Array.from({ length: count }, () => [bits.flag(), bits.flag()] as const);
  bits.skip(2 * (8 - count));
  for (const [profile, level] of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

/** An unsigned Exp-Golomb number (9.2). */
function exponential(bits: BitReader): number {
  let zeros = 0;
  while (zeros < 31 && !bits.over && !bits.flag()) zeros += 1;
  return 2 ** zeros - 1 + bits.bits(zeros);
}

/** A byte 3 after two zeros only keeps start codes out (7.4.2). */
function withoutEmulation(data: Uint8Array): Uint8Array {
  return data.filter((byte, i) => !(byte === 3 && i >= 2 && data[i - 1] === 0 && data[i - 2] === 0));
}

/** ISO/IEC 14496-15 Annex E.3. */
function codecString(general: readonly number[]): string {
  const [first = 0, ...rest] = general;
  const flags = rest.slice(0, 4).reduce((value, byte) => value * 256 + byte, 0);
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) if (Math.floor(flags / 2 ** bit) % 2 === 1) reversed += 2 ** (31 - bit);
  const tier = first & 0x20 ? 'H' : 'L';
  return `hev1.${first & 0x1f}.${reversed.toString(16).toUpperCase()}.${tier}${general[11] ?? 0}`;
}

export const H265: NalCodec = { isKey: isIrap, parameterSets: hevcParameterSets };
