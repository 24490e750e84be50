/**
 * A minimal Ogg Opus writer (RFC 3533, RFC 7845): packets in, pages out. Ogg because its time is counted in samples,
 * where Matroska's is rounded to milliseconds.
 */
export class OggOpusWriter {
  #sequence = 0;
  #granule = 0n;
  #packets: Uint8Array[] = [];
  #segments = 0;

  /** The two header pages: stereo, no pre-skip (see `OPUS_DELAY_SAMPLES`). */
  header(): Uint8Array {
    const head = Buffer.alloc(19);
    head.write('OpusHead', 0, 'latin1');
    head.writeUInt8(1, 8);
    head.writeUInt8(2, 9);
    head.writeUInt32LE(48_000, 12);
    const tags = Buffer.alloc(16);
    tags.write('OpusTags', 0, 'latin1');
    return Buffer.concat([this.#page([head], 2, 0n), this.#page([tags], 0, 0n)]);
  }

  /** Adds one packet; returns a page whenever one is full. */
  add(packet: Uint8Array, samples: number): Uint8Array | null {
    const segments = lacing(packet.length);
    const page = this.#segments + segments > 255 ? this.flush() : null;
    this.#packets.push(packet);
    this.#segments += segments;
    this.#granule += BigInt(samples);
    return page;
  }

  /** The page of what was added since the last one; null where that is nothing. */
  flush(): Uint8Array | null {
    if (this.#packets.length === 0) return null;
    const page = this.#page(this.#packets, 0, this.#granule);
    this.#packets = [];
    this.#segments = 0;
    return page;
  }

  #page(packets: Uint8Array[], type: number, granule: bigint): Uint8Array {
    const table = packets.flatMap((packet) => [
      ...Array<number>(lacing(packet.length) - 1).fill(255),
      packet.length % 255,
    ]);
    const header = Buffer.alloc(27);
    header.write('OggS', 0, 'latin1');
    header.writeUInt8(type, 5);
    header.writeBigUInt64LE(granule, 6);
    header.writeUInt32LE(1, 14);
    header.writeUInt32LE(this.#sequence++, 18);
    header.writeUInt8(table.length, 26);
    const page = Buffer.concat([header, Buffer.from(table), ...packets]);
    page.writeUInt32LE(crc(page), 22);
    return page;
  }
}

/** Entries that a packet takes in a page's segment table. */
const lacing = (bytes: number): number => Math.floor(bytes / 255) + 1;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value & 0x80000000 ? 0x04c11db7 : 0);
  return value >>> 0;
});

function crc(page: Uint8Array): number {
  let value = 0;
  for (const byte of page) value = (value << 8) ^ (CRC_TABLE[((value >>> 24) ^ byte) & 0xff] ?? 0);
  return value >>> 0;
}
