/** Reads a bit string, highest bit first. Past the end it reads zeros; see `over`. */
export class BitReader {
  readonly #data: Uint8Array;
  /** Bits read so far. */
  position = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Whether more was read than there is. */
  get over(): boolean {
    return this.position > this.#data.length * 8;
  }

  /** The next `count` bits as an unsigned number; at most 32. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      const byte = this.#data[this.position >> 3] ?? 0;
      value = value * 2 + ((byte >> (7 - (this.position & 7))) & 1);
      this.position += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  skip(count: number): void {
    this.position += count;
  }
}
