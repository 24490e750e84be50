import { BitReader } from './bits.ts';
import type { PictureSize } from './vp9.ts';

/** AV1 open bitstream units (AV1 bitstream specification, 5.3), as far as a file's header needs to know of them. */

const SEQUENCE_HEADER = 1;

/** An empty temporal delimiter unit with its size. */
export const TEMPORAL_DELIMITER = Uint8Array.of(0x12, 0x00);

/** What a key frame's sequence header announces. */
export interface Av1Sequence extends PictureSize {
  /** Whether pictures have spatial layers, of which a decoder shows the highest. */
  layered: boolean;
}

/** Null where there is no sequence header. */
export function av1Sequence(data: Uint8Array): Av1Sequence | null {
  for (const { type, payload } of units(data)) if (type === SEQUENCE_HEADER) return readSequence(payload);
  return null;
}

function* units(data: Uint8Array): Generator<{ type: number; payload: Uint8Array }> {
  let at = 0;
  while (at < data.length) {
    const head = data[at] ?? 0;
    const type = (head >> 3) & 15;
    at += head & 4 ? 2 : 1;
    let size = data.length - at;
    if (head & 2) {
      const length = leb128(data, at);
      if (!length) return;
      size = length.value;
      at += length.bytes;
    }
    yield { type, payload: data.subarray(at, at + size) };
    at += size;
  }
}

function leb128(data: Uint8Array, at: number): { value: number; bytes: number } | null {
  let value = 0;
  for (let i = 0; i < 8 && at + i < data.length; i += 1) {
    const byte = data[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return { value, bytes: i + 1 };
  }
  return null;
}

/** 5.5.1, up to the size. */
function readSequence(payload: Uint8Array): Av1Sequence | null {
  const bits = new BitReader(payload);
  bits.skip(4);
  let spatialLayers = 0;
  if (bits.flag()) bits.skip(5);
  else spatialLayers = readOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.bits(4) + 1, bits.bits(4) + 1];
  const size = { width: bits.bits(widthBits) + 1, height: bits.bits(heightBits) + 1 };
  // A set of layers, one bit each.
  return bits.over ? null : { ...size, layered: (spatialLayers & (spatialLayers - 1)) !== 0 };
}

/** @returns the spatial layers of the first operating point, which decoders take: one bit each. */
function readOperatingPoints(bits: BitReader): number {
  let delayBits = 0;
  if (bits.flag()) {
    bits.skip(64);
    if (bits.flag()) skipUvlc(bits);
    if (bits.flag()) {
      delayBits = bits.bits(5) + 1;
      bits.skip(42);
    }
  }
  const displayDelays = bits.flag();
  const count = bits.bits(5) + 1;
  let spatialLayers = 0;
  for (let point = 0; point < count; point += 1) {
    const layers = bits.bits(12);
    if (point === 0) spatialLayers = layers >> 8;
    if (bits.bits(5) > 7) bits.skip(1);
    if (delayBits > 0 && bits.flag()) bits.skip(2 * delayBits + 1);
    if (displayDelays && bits.flag()) bits.skip(4);
  }
  return spatialLayers;
}

function skipUvlc(bits: BitReader): void {
  let zeros = 0;
  while (zeros < 32 && !bits.over && !bits.flag()) zeros += 1;
  bits.skip(zeros);
}
