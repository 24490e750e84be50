import type { PacketPlace } from './track-reader.ts';

const CHUNK = 128;
/** What fits into the bytes that a packet's time and its distance from the one before have. */
const MOST_MS = 0xffff;
const MOST_BETWEEN = 0xff;

/** So many packets from a first one on, whose time and place are kept whole. */
interface Chunk {
  first: number;
  count: number;
  timeMs: number;
  offset: number;
  /** Milliseconds since the chunk's first packet. */
  times: Uint16Array;
  /** Twice the size, and 1 for a key frame. */
  sizes: Uint32Array;
  /** Bytes between the end of the packet before and this one's beginning. */
  between: Uint8Array;
}

/**
 * The places of a track's packets in 7 bytes each: an hour of sixteen cameras has 1.7 million, and a recording must not
 * grow in memory with its length.
 */
export class PacketList {
  readonly #chunks: Chunk[] = [];
  #length = 0;
  #last: PacketPlace | null = null;

  get length(): number {
    return this.#length;
  }

  /** The packet that was added last. */
  get last(): PacketPlace | null {
    return this.#last;
  }

  push(packet: PacketPlace): void {
    const last = this.#last;
    let chunk = this.#chunks.at(-1);
    const sinceMs = chunk ? packet.timeMs - chunk.timeMs : 0;
    const between = last ? packet.offset - last.offset - last.size : 0;
    const fits = sinceMs >= 0 && sinceMs <= MOST_MS && between >= 0 && between <= MOST_BETWEEN;
    if (!chunk || chunk.count === CHUNK || !fits) {
      chunk = {
        first: this.#length,
        count: 0,
        timeMs: packet.timeMs,
        offset: packet.offset,
        times: new Uint16Array(CHUNK),
        sizes: new Uint32Array(CHUNK),
        between: new Uint8Array(CHUNK),
      };
      this.#chunks.push(chunk);
    }
    chunk.times[chunk.count] = packet.timeMs - chunk.timeMs;
    chunk.sizes[chunk.count] = packet.size * 2 + (packet.key ? 1 : 0);
    chunk.between[chunk.count] = chunk.count === 0 ? 0 : between;
    chunk.count += 1;
    this.#length += 1;
    this.#last = packet;
  }

  /** The packets [from, to), those that there are. */
  *range(from = 0, to = this.#length): Generator<PacketPlace, void, undefined> {
    for (let c = this.#chunkOf(from); c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c];
      if (!chunk || chunk.first >= to) return;
      let { offset } = chunk;
      for (let i = 0; i < chunk.count && chunk.first + i < to; i++) {
        const packed = chunk.sizes[i] ?? 0;
        const size = Math.floor(packed / 2);
        offset += chunk.between[i] ?? 0;
        if (chunk.first + i >= from) {
          yield { timeMs: chunk.timeMs + (chunk.times[i] ?? 0), key: packed % 2 === 1, offset, size };
        }
        offset += size;
      }
    }
  }

  /** The chunk that holds a packet. */
  #chunkOf(index: number): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle];
      if (chunk && chunk.first + chunk.count <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
