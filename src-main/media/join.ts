import { open, type FileHandle } from 'node:fs/promises';
import { RollcallError } from '../contract/errors.ts';
import { AAC_FRAME_SAMPLES, type SoundPart } from './encode-sound.ts';
import { fileHead, sampleEntryBox, trackSeconds, type Chunk, type IndexedTrack } from './mp4-index.ts';
import { readSampleTable, type SampleTable } from './mp4.ts';
import { OPUS_RATE } from './opus.ts';

export interface JoinJob {
  /** Segment files in order, all with the same encoder settings. */
  segments: { file: string; frames: number }[];
  fps: number;
  /** The parts of `makeSoundParts` in order; null for an output without sound. */
  sound: readonly SoundPart[] | null;
  outFile: string;
  signal?: AbortSignal | undefined;
}

/** Units of a frame's duration. */
const FRAME_UNITS = 512;
/** Written at a time. */
const BLOCK_BYTES = 4 << 20;

/**
 * Joins segments and sound into an MP4 without re-encoding. Frame k of the picture is at k / fps, frame k of the sound at
 * k * 1024 / 48000: both tracks start at 0 with no edit list, and no rounding of a segment's length can open a gap.
 * Where everything lies is worked out from the segments' own indexes first; the file is then written in one pass, its
 * index before its media, which are copied in large pieces: an hour takes seconds.
 * @returns its duration
 */
export async function joinMp4(job: JoinJob): Promise<{ durationMs: number }> {
  const tracks = [
    ...(job.segments.length > 0 ? [await pictureTrack(job)] : []),
    ...(job.sound && job.sound.length > 0 ? [await soundTrack(job.sound)] : []),
  ];
  const laid = layOut(tracks);
  const head = fileHead(laid.tracks, laid.bytes);
  const handle = await open(job.outFile, 'w');
  try {
    await handle.writeFile(head);
    await copyRanges(laid.ranges, handle, job.signal);
    const { size } = await handle.stat();
    if (size !== head.length + laid.bytes) throw broken(job.outFile, `${size} bytes of it were written`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { durationMs: Math.max(0, ...laid.tracks.map(trackSeconds)) * 1000 };
}

/** Bytes of a file that go into another one. */
interface Range {
  file: string;
  from: number;
  to: number;
}

/** A track whose samples are still in the files of its pieces. */
interface JoinedTrack extends Omit<IndexedTrack, 'sizes' | 'chunks'> {
  pieces: { table: SampleTable; file: string; first: number; count: number }[];
}

async function pictureTrack({ segments, fps }: JoinJob): Promise<JoinedTrack> {
  const pieces: JoinedTrack['pieces'] = [];
  const keys: number[] = [];
  let [frame, description] = [0, null as Buffer | null];
  for (const { file, frames } of segments) {
    const table = await readPiece(file, 'video', 'avc1');
    const count = table.sizes.length;
    if (count !== frames) throw broken(file, `it has ${count} frames, ${frames} were expected`);
    const own = table.entry.boxes.get('avcC');
    if (!own) throw broken(file, 'it does not say how it is encoded');
    if (description && !description.equals(own)) throw broken(file, 'its encoder parameters differ from the others');
    description = own;
    for (const key of table.keys ?? table.sizes.keys()) keys.push(frame + key + 1);
    pieces.push({ table, file, first: 0, count });
    frame += count;
  }
  const entry = pieces[0]?.table.entry;
  return {
    ...{ kind: 'video', pieces, keys },
    ...{ width: entry?.head.readUInt16BE(24) ?? 0, height: entry?.head.readUInt16BE(26) ?? 0 },
    ...{ timescale: fps * FRAME_UNITS, sampleDuration: FRAME_UNITS },
    // Of what a segment says, what holds for the whole: its own bit rate does not.
    sampleEntry: sampleEntryBox(entry, ['avcC', 'colr', 'pasp']),
  };
}

async function soundTrack(parts: readonly SoundPart[]): Promise<JoinedTrack> {
  const pieces: JoinedTrack['pieces'] = [];
  for (const { file, skip, frames } of parts) {
    const table = await readPiece(file, 'audio', 'mp4a');
    const there = table.sizes.length - skip;
    if (there < frames) throw broken(file, `it has ${there} frames, ${frames} were expected`);
    const head = pieces[0]?.table.entry.head ?? table.entry.head;
    if (!head.equals(table.entry.head)) throw broken(file, 'its encoder parameters differ from the others');
    pieces.push({ table, file, first: skip, count: frames });
  }
  return {
    ...{ kind: 'audio', pieces, keys: null, width: 0, height: 0 },
    ...{ timescale: OPUS_RATE, sampleDuration: AAC_FRAME_SAMPLES },
    sampleEntry: sampleEntryBox(pieces[0]?.table.entry, ['esds']),
  };
}

async function readPiece(file: string, kind: SampleTable['kind'], type: string): Promise<SampleTable> {
  const table = await readSampleTable(file).catch((thrown: unknown) => {
    throw broken(file, thrown instanceof Error ? thrown.message : String(thrown));
  });
  if (table.kind === kind && table.entry.type === type) return table;
  throw broken(file, `it has ${table.kind} (${table.entry.type}) where ${type} was expected`);
}

/** Lays the tracks side by side, a second of each in turn: a player reads on and does not jump. */
function layOut(joined: readonly JoinedTrack[]): { tracks: IndexedTrack[]; ranges: Range[]; bytes: number } {
  const ranges: Range[] = [];
  let bytes = 0;
  const open = joined.map((track) => {
    const sizes = new Uint32Array(track.pieces.reduce((sum, { count }) => sum + count, 0));
    return { track, sizes, chunks: [] as Chunk[], done: 0, places: places(track.pieces) };
  });
  for (let second = 1; open.some(({ sizes, done }) => done < sizes.length); second++) {
    for (const one of open) {
      const samples =
        Math.min(one.sizes.length, Math.ceil((second * one.track.timescale) / one.track.sampleDuration)) - one.done;
      if (samples <= 0) continue;
      one.chunks.push({ offset: bytes, samples });
      for (let i = 0; i < samples; i++) {
        const { value: place } = one.places.next();
        if (!place) break;
        const size = place.to - place.from;
        one.sizes[one.done++] = size;
        bytes += size;
        const last = ranges.at(-1);
        if (last?.file === place.file && last.to === place.from) last.to = place.to;
        else ranges.push(place);
      }
    }
  }
  return { tracks: open.map(({ track, sizes, chunks }) => ({ ...track, sizes, chunks })), ranges, bytes };
}

/** Where each sample is. */
function* places(pieces: JoinedTrack['pieces']): Generator<Range, undefined> {
  for (const { table, file, first, count } of pieces) {
    for (let i = first; i < first + count; i++) {
      const from = table.offsets[i] ?? 0;
      yield { file, from, to: from + (table.sizes[i] ?? 0) };
    }
  }
}

/** Writes ranges of files one after the other. */
async function copyRanges(ranges: readonly Range[], out: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let filled = 0;
  const flush = async (): Promise<void> => {
    await out.writeFile(block.subarray(0, filled));
    filled = 0;
  };
  const sources = new OpenPieces();
  try {
    for (const { file, from, to } of ranges) {
      const handle = await sources.open(file);
      for (let at = from; at < to;) {
        if (signal?.aborted) throw cancelled();
        const length = Math.min(to - at, block.length - filled);
        const { bytesRead } = await handle.read(block, filled, length, at);
        if (bytesRead === 0) throw broken(file, `it ends at byte ${at}`);
        at += bytesRead;
        filled += bytesRead;
        if (filled === block.length) await flush();
      }
    }
    await flush();
  } finally {
    await sources.close();
  }
}

/** The piece of picture and the piece of sound that are being copied. */
class OpenPieces {
  readonly #open = new Map<string, FileHandle>();

  async open(file: string): Promise<FileHandle> {
    const known = this.#open.get(file);
    if (known) return known;
    const handle = await open(file);
    this.#open.set(file, handle);
    for (const [oldest, done] of this.#open) {
      if (this.#open.size <= 2) break;
      this.#open.delete(oldest);
      await done.close();
    }
    return handle;
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) await handle.close();
  }
}

const cancelled = (): RollcallError =>
  new RollcallError('CANCELLED', 'Making the file was cancelled.', 'Start it again when you want the file.');

function broken(file: string, why: string): RollcallError {
  return new RollcallError(
    'MEDIA_INVALID',
    'A part of the file that was being made is not as it should be.',
    'Make the file again.',
    {
      details: `${file}: ${why}`,
    },
  );
}
