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

/** How samples are encoded. */
export interface SampleEntry {
  /** `avc1`, `mp4a` */
  type: string;
  /** What stands in it before its boxes. */
  head: Buffer;
  /** Their contents, by type. */
  boxes: ReadonlyMap<string, Buffer>;
}

/** The samples of a file's first track, in order. */
export interface SampleTable {
  kind: 'video' | 'audio';
  entry: SampleEntry;
  sizes: Uint32Array;
  /** Where each is in the file, bytes. */
  offsets: Float64Array;
  /** Indexes of those that can be begun at; null where all can. */
  keys: readonly number[] | null;
}

/** What a sample entry begins with, before its boxes. */
const ENTRY_HEAD_BYTES = { video: 78, audio: 28 } as const;

/** A piece lasts seconds: no more are believed to be there where nothing but a number says so. */
const MAX_SAMPLES = 1 << 20;

/** Reads a file's first track. @throws Error that says what is wrong with a file that is not whole */
export async function readSampleTable(file: string): Promise<SampleTable> {
  const moov = await readMoov(file);
  if (!moov) throw new Error('it has no index');
  const handler = need(moov, ['trak', 'mdia', 'hdlr']).toString('latin1', 8, 12);
  const kind = handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : null;
  if (kind === null) throw new Error('it has neither picture nor sound');
  const sizes = sampleSizes(need(moov, [...SAMPLE_TABLE, 'stsz']));
  const sync = findBox(moov, [...SAMPLE_TABLE, 'stss']);
  return {
    ...{ kind, entry: sampleEntry(need(moov, [...SAMPLE_TABLE, 'stsd']), kind), sizes },
    offsets: sampleOffsets(moov, sizes),
    keys: sync && entriesOf(sync, 4).map((at) => sync.readUInt32BE(at) - 1),
  };
}

function need(moov: Buffer, path: readonly string[]): Buffer {
  const found = findBox(moov, path);
  if (!found || found.length < 8) throw new Error(`its index has no ${path.at(-1)}`);
  return found;
}

/** Where the entries of a table begin: version, flags and their number stand before them. */
function entriesOf(table: Buffer, bytes: number, from = 8): number[] {
  const count = table.readUInt32BE(from - 4);
  if (from + count * bytes > table.length) throw new Error('a table of its index is cut off');
  return Array.from({ length: count }, (_, i) => from + i * bytes);
}

function sampleEntry(stsd: Buffer, kind: SampleTable['kind']): SampleEntry {
  const [entry] = boxes(stsd, 8);
  if (!entry) throw new Error('its index does not say how it is encoded');
  const inner = entry.from + ENTRY_HEAD_BYTES[kind];
  const content = [...boxes(stsd, inner, entry.to)].map(({ type, from, to }): [string, Buffer] => [
    type,
    stsd.subarray(from, to),
  ]);
  return { type: entry.type, head: stsd.subarray(entry.from, inner), boxes: new Map(content) };
}

function sampleSizes(stsz: Buffer): Uint32Array {
  const all = stsz.readUInt32BE(4);
  const count = stsz.readUInt32BE(8);
  if (all !== 0 && count > MAX_SAMPLES) throw new Error(`its index speaks of ${count} samples`);
  if (all !== 0) return new Uint32Array(count).fill(all);
  return Uint32Array.from(entriesOf(stsz, 4, 12), (at) => stsz.readUInt32BE(at));
}

function sampleOffsets(moov: Buffer, sizes: Uint32Array): Float64Array {
  const wide = findBox(moov, [...SAMPLE_TABLE, 'co64']);
  const narrow = wide ?? need(moov, [...SAMPLE_TABLE, 'stco']);
  const chunks = entriesOf(narrow, wide ? 8 : 4).map((at) =>
    wide ? Number(wide.readBigUInt64BE(at)) : narrow.readUInt32BE(at),
  );
  const stsc = need(moov, [...SAMPLE_TABLE, 'stsc']);
  const runs = entriesOf(stsc, 12).map((at) => ({
    first: stsc.readUInt32BE(at) - 1,
    samples: stsc.readUInt32BE(at + 4),
  }));
  const offsets = new Float64Array(sizes.length);
  let [sample, run] = [0, 0];
  chunks.forEach((chunk, c) => {
    while ((runs[run + 1]?.first ?? Infinity) <= c) run++;
    let at = chunk;
    for (let i = runs[run]?.samples ?? 0; i > 0 && sample < sizes.length; i--) {
      offsets[sample] = at;
      at += sizes[sample++] ?? 0;
    }
  });
  if (sample < sizes.length) throw new Error(`its index places ${sample} of ${sizes.length} samples`);
  return offsets;
}
