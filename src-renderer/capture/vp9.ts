import { BitReader } from './bits.ts';

/**
 * VP9 as its senders layer it: each spatial layer of a picture comes as a frame of its own, and each of them says that it
 * is to be shown. In a file one picture is one block (a superframe), of which only the last layer is shown, or players
 * would show every picture in all its sizes. VP9 bitstream specification, 6.2 and Annex B.
 */

export interface PictureSize {
  width: number;
  height: number;
}

/** What a frame's uncompressed header says. */
export interface Vp9Header extends PictureSize {
  key: boolean;
  shown: boolean;
  /** Where the bit stands that says whether it is shown, and where the header ends; bits from the frame's start. */
  showBit: number;
  endBit: number;
}

const KEY_FRAME = 0;
const SYNC_CODE = 0x498342;
const RGB = 7;
const REFERENCES = 8;

/** Follows a stream's frames: an inter frame may have the size of one that it refers to. */
export class Vp9Headers {
  readonly #sizes: (PictureSize | null)[] = Array<null>(REFERENCES).fill(null);

  /** Takes each frame once, in order of decoding. Null where it is none, or refers to what was never seen. */
  read(data: Uint8Array): Vp9Header | null {
    const bits = new BitReader(data);
    if (bits.bits(2) !== 2) return null;
    const profile = bits.bits(1) + 2 * bits.bits(1);
    if (profile === 3) bits.skip(1);
    // A picture that is shown once more has nothing else in its header.
    if (bits.flag()) return null;
    const key = bits.bits(1) === KEY_FRAME;
    const showBit = bits.position;
    const shown = bits.flag();
    const resilient = bits.flag();
    const intraOnly = !key && !shown && bits.flag();
    if (!key && !resilient) bits.skip(2);
    let size: PictureSize | null;
    let refreshed = 0xff;
    if (key || intraOnly) {
      if (bits.bits(24) !== SYNC_CODE) return null;
      if (key || profile > 0) skipColours(bits, profile);
      if (!key) refreshed = bits.bits(8);
      size = readSize(bits);
      skipRenderSize(bits);
    } else {
      refreshed = bits.bits(8);
      size = this.#sizeByReferences(bits);
      skipRenderSize(bits);
      bits.skip(1);
      if (!bits.flag()) bits.skip(2);
    }
    if (!size) return null;
    if (!resilient) bits.skip(2);
    bits.skip(2);
    skipLoopFilter(bits);
    skipQuantization(bits);
    skipSegmentation(bits);
    skipTiles(bits, size.width);
    bits.skip(16);
    if (bits.over) return null;
    for (let slot = 0; slot < REFERENCES; slot += 1) if ((refreshed >> slot) & 1) this.#sizes[slot] = size;
    return { ...size, key, shown, showBit, endBit: bits.position };
  }

  #sizeByReferences(bits: BitReader): PictureSize | null {
    const references = [0, 1, 2].map(() => {
      const slot = bits.bits(3);
      bits.skip(1);
      return slot;
    });
    for (const slot of references) if (bits.flag()) return this.#sizes[slot] ?? null;
    return readSize(bits);
  }
}

const readSize = (bits: BitReader): PictureSize => ({ width: bits.bits(16) + 1, height: bits.bits(16) + 1 });

function skipRenderSize(bits: BitReader): void {
  if (bits.flag()) bits.skip(32);
}

function skipColours(bits: BitReader, profile: number): void {
  if (profile >= 2) bits.skip(1);
  const isRgb = bits.bits(3) === RGB;
  if (!isRgb) bits.skip(1);
  if (profile === 1 || profile === 3) bits.skip(isRgb ? 1 : 3);
}

function skipLoopFilter(bits: BitReader): void {
  bits.skip(9);
  if (!bits.flag() || !bits.flag()) return;
  for (let delta = 0; delta < 6; delta += 1) if (bits.flag()) bits.skip(7);
}

function skipQuantization(bits: BitReader): void {
  bits.skip(8);
  for (let delta = 0; delta < 3; delta += 1) if (bits.flag()) bits.skip(5);
}

/** Bits of a segment's features, sign included. */
const SEGMENT_FEATURE_BITS = [9, 7, 2, 0];

function skipSegmentation(bits: BitReader): void {
  if (!bits.flag()) return;
  if (bits.flag()) {
    for (let i = 0; i < 7; i += 1) if (bits.flag()) bits.skip(8);
    if (bits.flag()) for (let i = 0; i < 3; i += 1) if (bits.flag()) bits.skip(8);
  }
  if (!bits.flag()) return;
  bits.skip(1);
  for (let segment = 0; segment < 8; segment += 1) {
    for (const width of SEGMENT_FEATURE_BITS) if (bits.flag()) bits.skip(width);
  }
}

function skipTiles(bits: BitReader, width: number): void {
  const columns = Math.ceil(width / 64);
  let [least, most] = [0, 1];
  while (64 << least < columns) least += 1;
  while (columns >> most >= 4) most += 1;
  for (let log2 = least; log2 < most - 1; log2 += 1) if (!bits.flag()) break;
  if (bits.flag()) bits.skip(1);
}

/**
 * The frame, not to be shown: what it decodes to stays the same. A key frame's bit is turned over; an inter frame that is
 * not shown also says that it is not intra-only, one bit more, by which its header may grow into another byte.
 */
export function hidden(frame: Uint8Array, { key, shown, showBit, endBit }: Vp9Header): Uint8Array {
  if (!shown) return frame;
  if (key) {
    const out = frame.slice();
    setBit(out, showBit, 0);
    return out;
  }
  const rest = frame.subarray(Math.ceil(endBit / 8));
  const headBytes = Math.ceil((endBit + 1) / 8);
  const out = new Uint8Array(headBytes + rest.length);
  const bits = new BitReader(frame);
  // After the bits of being shown and of error resilience comes the new one, 0.
  for (let i = 0; i < endBit; i += 1) setBit(out, i < showBit + 2 ? i : i + 1, bits.bits(1));
  setBit(out, showBit, 0);
  out.set(rest, headBytes);
  return out;
}

function setBit(data: Uint8Array, position: number, bit: number): void {
  const mask = 0x80 >> (position & 7);
  const byte = data[position >> 3] ?? 0;
  data[position >> 3] = bit ? byte | mask : byte & ~mask;
}

/** Frames of one picture as one block: the frames, then an index of their sizes (Annex B). At most eight. */
export function superframe(frames: readonly Uint8Array[]): Uint8Array {
  const largest = Math.max(...frames.map((frame) => frame.length));
  const sizeBytes = largest < 1 << 8 ? 1 : largest < 1 << 16 ? 2 : largest < 1 << 24 ? 3 : 4;
  const marker = 0xc0 | ((sizeBytes - 1) << 3) | (frames.length - 1);
  const index = [marker];
  for (const { length } of frames) {
    for (let byte = 0; byte < sizeBytes; byte += 1) index.push(Math.floor(length / 2 ** (8 * byte)) & 0xff);
  }
  return concat([...frames, Uint8Array.from([...index, marker])]);
}

/** The frames of a block: those of its index, where it has one. */
export function framesOf(block: Uint8Array): Uint8Array[] {
  const marker = block.at(-1) ?? 0;
  const count = (marker & 7) + 1;
  const sizeBytes = ((marker >> 3) & 3) + 1;
  const indexAt = block.length - (2 + count * sizeBytes);
  if ((marker & 0xe0) !== 0xc0 || indexAt < 0 || block[indexAt] !== marker) return [block];
  const frames: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    let size = 0;
    for (let byte = 0; byte < sizeBytes; byte += 1)
      size += (block[indexAt + 1 + i * sizeBytes + byte] ?? 0) * 2 ** (8 * byte);
    frames.push(block.subarray(at, Math.min(at + size, indexAt)));
    at += size;
  }
  return frames.filter((frame) => frame.length > 0);
}

/** Arrays of bytes, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
