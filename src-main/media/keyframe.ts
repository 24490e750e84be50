/** Reading key frames' headers: when a track's picture changes its size, decoding and scaling begin anew. */

export interface PictureSize {
  width: number;
  height: number;
}

/**
 * A text that is equal for key frames with the same picture format, or null where the frame does not say (its format
 * is then that of the frames before). `data` is one whole frame as the Matroska file has it.
 */
export function pictureSignature(codec: string, data: Uint8Array): string | null {
  if (codec === 'vp8') {
    const size = vp8Size(data);
    return size && `${size.width}x${size.height}`;
  }
  if (codec === 'vp9') return vp9Signature(data);
  if (codec === 'av1') return av1SequenceHeader(data);
  if (codec === 'avc' || codec === 'h264') return sequenceSet(data, ([head = 0]) => (head & 0x1f) === 7);
  if (codec === 'hevc' || codec === 'h265') return sequenceSet(data, ([head = 0]) => ((head >> 1) & 0x3f) === 33);
  return null;
}

/** Size in a VP8 key frame's header (RFC 6386, 9.1), null in any other frame. */
export function vp8Size(data: Uint8Array): PictureSize | null {
  const [tag = 1, , , a, b, c, w0 = 0, w1 = 0, h0 = 0, h1 = 0] = data;
  if (data.length < 10 || (tag & 1) !== 0 || a !== 0x9d || b !== 0x01 || c !== 0x2a) return null;
  return { width: (w0 | (w1 << 8)) & 0x3fff, height: (h0 | (h1 << 8)) & 0x3fff };
}

/**
 * The fixed part of a VP9 key frame's uncompressed header (VP9 bitstream specification, 6.2), which ends after the size,
 * and how many spatial layers are put together with it (Annex B): the last one's size is that of the picture.
 */
function vp9Signature(data: Uint8Array): string | null {
  if (data.length < 10 || data[1] !== 0x49 || data[2] !== 0x83 || data[3] !== 0x42) return null;
  const marker = data.at(-1) ?? 0;
  const indexBytes = 2 + ((marker & 7) + 1) * (((marker >> 3) & 3) + 1);
  const layers = (marker & 0xe0) === 0xc0 && data.at(-indexBytes) === marker ? (marker & 7) + 1 : 1;
  return `${hex(data.subarray(4, 9))} ${layers}`;
}

const AV1_SEQUENCE_HEADER = 1;

/** The sequence header of an AV1 key frame (AV1 bitstream specification, 5.3 and 5.5); null where it carries none. */
function av1SequenceHeader(data: Uint8Array): string | null {
  for (let at = 0; at < data.length;) {
    const head = data[at] ?? 0;
    at += head & 4 ? 2 : 1;
    let size = data.length - at;
    if (head & 2) {
      size = 0;
      for (let i = 0; i < 8; i++) {
        const byte = data[at++] ?? 0;
        size += (byte & 0x7f) * 2 ** (7 * i);
        if (byte < 0x80) break;
      }
    }
    if (((head >> 3) & 15) === AV1_SEQUENCE_HEADER) return hex(data.subarray(at, at + size));
    at += size;
  }
  return null;
}

/** The sequence parameter set inside a frame of NAL units, with 4-byte lengths or Annex B; null where it carries none. */
function sequenceSet(data: Uint8Array, isSet: (nal: Uint8Array) => boolean): string | null {
  for (const nal of nalUnits(data)) if (isSet(nal)) return hex(nal);
  return null;
}

function* nalUnits(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 5) return;
  const first = view.getUint32(0);
  if (first === 1 || first >>> 8 === 1) {
    yield* annexBNals(data);
    return;
  }
  let position = 0;
  while (position + 4 < data.length) {
    const length = view.getUint32(position);
    yield data.subarray(position + 4, position + 4 + length);
    position += 4 + length;
  }
}

function* annexBNals(data: Uint8Array): Generator<Uint8Array> {
  let start = -1;
  for (let i = 0; i + 2 < data.length; i++) {
    if (data[i] !== 0 || data[i + 1] !== 0 || data[i + 2] !== 1) continue;
    if (start >= 0) yield data.subarray(start, data[i - 1] === 0 ? i - 1 : i);
    start = i + 3;
    i += 2;
  }
  if (start >= 0) yield data.subarray(start);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
