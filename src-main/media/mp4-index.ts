import type { SampleEntry } from './mp4.ts';

/** Writes what stands before the media of an MP4 file (ISO/IEC 14496-12). Pure. */

/** A track of a file that is to be written; each of its samples lasts as long as every other one. */
export interface IndexedTrack {
  kind: 'video' | 'audio';
  /** The box that says how it is encoded (`avc1`, `mp4a`), whole. */
  sampleEntry: Uint8Array;
  /** Size of the picture; 0 for sound. */
  width: number;
  height: number;
  /** Units a second, and how many of them a sample lasts. */
  timescale: number;
  sampleDuration: number;
  /** Bytes of each sample, in order. */
  sizes: Uint32Array;
  /** Numbers of the samples that can be begun at, counted from 1; null where all can. */
  keys: readonly number[] | null;
  /** Samples that stand side by side in the file, in order. */
  chunks: readonly Chunk[];
}

export interface Chunk {
  /** Of its first byte, from the beginning of the media. */
  offset: number;
  samples: number;
}

/** Of the whole file's duration. */
const MOVIE_TIMESCALE = 48_000;
/** No index is larger: what lies beyond does not fit into 4 bytes when the index stands before the media. */
const NARROW_BYTES = 2 ** 32 - 2 ** 28;

/**
 * All that stands before the media: a player that gets the file over a network can begin at once.
 * @param mediaBytes how much follows
 */
export function fileHead(tracks: readonly IndexedTrack[], mediaBytes: number): Buffer {
  const isWide = mediaBytes > NARROW_BYTES;
  const type = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2avc1mp41'));
  const media = isWide ? Buffer.concat([u32(1), ascii('mdat'), u64(mediaBytes + 16)]) : head('mdat', mediaBytes);
  // As long with any offsets: the first one shows how long it is.
  const { length } = movieBox(tracks, 0, isWide);
  return Buffer.concat([type, movieBox(tracks, type.length + length + media.length, isWide), media]);
}

/** A sample entry as another file has it, with some of its boxes only. */
export function sampleEntryBox(entry: SampleEntry | undefined, kept: readonly string[]): Buffer {
  if (!entry) return Buffer.alloc(0);
  const inner = kept.flatMap((type) => {
    const content = entry.boxes.get(type);
    return content ? [box(type, content)] : [];
  });
  return box(entry.type, entry.head, ...inner);
}

/** Seconds that a track lasts. */
export const trackSeconds = ({ sizes, sampleDuration, timescale }: IndexedTrack): number =>
  (sizes.length * sampleDuration) / timescale;

function movieBox(tracks: readonly IndexedTrack[], mediaAt: number, isWide: boolean): Buffer {
  const duration = Math.max(0, ...tracks.map(movieUnits));
  const header = timed('mvhd', 0, duration, (times, length) => [
    ...[times, u32(MOVIE_TIMESCALE), length, u32(0x10000), u16(0x100), zeros(10), MATRIX, zeros(24)],
    u32(tracks.length + 1),
  ]);
  return box('moov', header, ...tracks.map((track, i) => trackBox(track, i + 1, mediaAt, isWide)));
}

const movieUnits = (track: IndexedTrack): number => Math.round(trackSeconds(track) * MOVIE_TIMESCALE);

function trackBox(track: IndexedTrack, id: number, mediaAt: number, isWide: boolean): Buffer {
  const { kind, width, height, timescale, sampleDuration, sizes, sampleEntry } = track;
  const isVideo = kind === 'video';
  const header = timed('tkhd', SHOWN, movieUnits(track), (times, length) => [
    ...[times, u32(id), zeros(4), length, zeros(12), u16(isVideo ? 0 : 0x100), zeros(2), MATRIX],
    ...[u32(width * 0x10000), u32(height * 0x10000)],
  ]);
  const mediaHeader = timed('mdhd', 0, sizes.length * sampleDuration, (times, length) => [
    ...[times, u32(timescale), length, u16(UNDETERMINED), zeros(2)],
  ]);
  const [handler, name] = isVideo ? ['vide', 'VideoHandler'] : ['soun', 'SoundHandler'];
  const handlerBox = fullBox('hdlr', 0, zeros(4), ascii(handler), zeros(12), ascii(`${name}\0`));
  const mediaKind = isVideo ? fullBox('vmhd', 1, zeros(8)) : fullBox('smhd', 0, zeros(4));
  const here = box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1)));
  const samples = box(
    'stbl',
    fullBox('stsd', 0, u32(1), sampleEntry),
    fullBox('stts', 0, u32(1), u32(sizes.length), u32(sampleDuration)),
    ...(track.keys ? [fullBox('stss', 0, u32(track.keys.length), u32s(track.keys))] : []),
    chunkRuns(track.chunks),
    fullBox('stsz', 0, u32(0), u32(sizes.length), u32s(sizes)),
    chunkOffsets(track.chunks, mediaAt, isWide),
  );
  return box('trak', header, box('mdia', mediaHeader, handlerBox, box('minf', mediaKind, here, samples)));
}

/** Enabled, and part of what is played. */
const SHOWN = 3;
/** The language "und", three letters of 5 bits. */
const UNDETERMINED = 0x55c4;
/** No rotation, no scaling. */
const MATRIX = u32s([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000]);

/** How many samples each chunk has, where that changes. */
function chunkRuns(chunks: readonly Chunk[]): Buffer {
  const entries: number[] = [];
  chunks.forEach(({ samples }, i) => {
    if (samples !== chunks[i - 1]?.samples) entries.push(i + 1, samples, 1);
  });
  return fullBox('stsc', 0, u32(entries.length / 3), u32s(entries));
}

function chunkOffsets(chunks: readonly Chunk[], mediaAt: number, isWide: boolean): Buffer {
  if (!isWide) return fullBox('stco', 0, u32(chunks.length), u32s(chunks.map(({ offset }) => mediaAt + offset)));
  return fullBox('co64', 0, u32(chunks.length), ...chunks.map(({ offset }) => u64(mediaAt + offset)));
}

/** A box with times of making (not said: the same media give the same file) and a duration, in as few bytes as hold it. */
function timed(
  type: string,
  flags: number,
  duration: number,
  body: (times: Buffer, length: Buffer) => Uint8Array[],
): Buffer {
  const isLong = duration >= 2 ** 32;
  const versioned = isLong ? 0x100_0000 + flags : flags;
  return fullBox(type, versioned, ...body(zeros(isLong ? 16 : 8), isLong ? u64(duration) : u32(duration)));
}

const head = (type: string, contentBytes: number): Buffer => Buffer.concat([u32(contentBytes + 8), ascii(type)]);

function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([head(type, body.length), body]);
}

/** A box that begins with a version and flags. */
const fullBox = (type: string, versionAndFlags: number, ...content: Uint8Array[]): Buffer =>
  box(type, u32(versionAndFlags), ...content);

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  return u32s([value]);
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function u32s(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeUInt32BE(values[i] ?? 0, i * 4);
  return bytes;
}
