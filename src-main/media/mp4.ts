import { open, type FileHandle } from 'node:fs/promises';

/** A box of an ISO base media file (ISO/IEC 14496-12). */
interface Box {
  type: string;
  /** Where its content is. */
  from: number;
  to: number;
}

/** No index of a piece is larger. */
const MAX_MOOV_BYTES = 1 << 26;

/** The file's `moov` box, content only; null where it has none (an encoder that did not come to its end). */
export async function readMoov(file: string): Promise<Buffer | null> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    for (let at = 0; at + 8 <= size;) {
      const head = await readAt(handle, at, 16);
      const small = head.readUInt32BE(0);
      const length = small === 1 ? Number(head.readBigUInt64BE(8)) : small === 0 ? size - at : small;
      const skip = small === 1 ? 16 : 8;
      if (length < skip || at + length > size) return null;
      if (head.toString('latin1', 4, 8) === 'moov') {
        return length <= MAX_MOOV_BYTES ? await readAt(handle, at + skip, length - skip) : null;
      }
      at += length;
    }
    return null;
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await handle.read(buffer, 0, length, position);
  return buffer;
}

/** The boxes in [from, to) of a buffer. */
function* boxes(data: Buffer, from = 0, to = data.length): Generator<Box> {
  for (let at = from; at + 8 <= to;) {
    const size = data.readUInt32BE(at);
    if (size < 8 || at + size > to) return;
    yield { type: data.toString('latin1', at + 4, at + 8), from: at + 8, to: at + size };
    at += size;
  }
}

/** The first box at a path below `moov`; null where there is none. */
export function findBox(moov: Buffer, path: readonly string[]): Buffer | null {
  let [from, to] = [0, moov.length];
  for (const type of path) {
    const found = [...boxes(moov, from, to)].find((box) => box.type === type);
    if (!found) return null;
    ({ from, to } = found);
  }
  return moov.subarray(from, to);
}

const SAMPLE_TABLE = ['trak', 'mdia', 'minf', 'stbl'] as const;

/** Samples of the file's first track; 0 where the file was not finished. */
export async function countSamples(file: string): Promise<number> {
  const moov = await readMoov(file);
  const stsz = moov && findBox(moov, [...SAMPLE_TABLE, 'stsz']);
  return stsz && stsz.length >= 12 ? stsz.readUInt32BE(8) : 0;
}
