/**
 * H.264 (and H.265) as WebRTC hands it out (Annex B: NAL units behind start codes, parameter sets in the stream) as Matroska wants it
 * (NAL units behind 4-byte lengths, `avcC` with the parameter sets). ISO/IEC 14496-15 5.3.3. The NAL units themselves,
 * in-band parameter sets included, are kept bit for bit.
 */

const NAL_IDR = 5;
const NAL_SPS = 7;
const NAL_PPS = 8;

const nalType = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;

/** The NAL units of an Annex B access unit, as views into it. */
export function splitAnnexB(data: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let start = -1;
  let i = 0;
  while (i + 2 < data.length) {
    if (data[i] === 0 && data[i + 1] === 0 && data[i + 2] === 1) {
      if (start >= 0) units.push(trimTrailingZero(data, start, i));
      start = i + 3;
      i = start;
    } else {
      i += 1;
    }
  }
  if (start >= 0) units.push(data.subarray(start));
  return units.filter((unit) => unit.length > 0);
}

/** The zero byte before a start code belongs to a 4-byte start code (or is trailing_zero_8bits), never to the unit. */
function trimTrailingZero(data: Uint8Array, start: number, end: number): Uint8Array {
  let last = end;
  while (last > start && data[last - 1] === 0) last -= 1;
  return data.subarray(start, last);
}

/** NAL units joined behind 4-byte big-endian lengths. */
export function toLengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const size = units.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const unit of units) {
    view.setUint32(at, unit.length);
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}

export interface ParameterSets {
  /** Codec string, `avc1.PPCCLL` for H.264. */
  codec: string;
  /** The decoder configuration record (`avcC`, `hvcC`). */
  description: Uint8Array;
}

/** What a decoder needs first, from an access unit that carries SPS and PPS; null where it does not. */
export function parameterSets(units: readonly Uint8Array[]): ParameterSets | null {
  const sps = units.filter((unit) => nalType(unit) === NAL_SPS);
  const pps = units.filter((unit) => nalType(unit) === NAL_PPS);
  const first = sps[0];
  if (!first || first.length < 4 || pps.length === 0) return null;
  const profile = [first[1] ?? 0, first[2] ?? 0, first[3] ?? 0];
  const record = [1, ...profile, 0xff, 0xe0 | sps.length];
  for (const unit of sps) record.push(unit.length >> 8, unit.length & 0xff, ...unit);
  record.push(pps.length);
  for (const unit of pps) record.push(unit.length >> 8, unit.length & 0xff, ...unit);
  // High profiles also tell chroma format and bit depths (ISO/IEC 14496-15 5.3.3.1.2); WebRTC sends 4:2:0, 8 bits.
  if ([100, 110, 122, 144].includes(profile[0] ?? 0)) record.push(0xfc | 1, 0xf8, 0xf8, 0);
  const hex = profile.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { codec: `avc1.${hex}`, description: Uint8Array.from(record) };
}

/** Whether decoding can start at this access unit. */
export const isIdr = (units: readonly Uint8Array[]): boolean => units.some((unit) => nalType(unit) === NAL_IDR);

/** What is particular to a codec whose frames are NAL units. */
export interface NalCodec {
  /** Whether decoding can start at this access unit. */
  isKey(units: readonly Uint8Array[]): boolean;
  parameterSets(units: readonly Uint8Array[]): ParameterSets | null;
}

export const H264: NalCodec = { isKey: isIdr, parameterSets };
