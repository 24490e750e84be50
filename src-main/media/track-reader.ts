import { open, type FileHandle } from 'node:fs/promises';

/** Where one packet is in a track's file. */
export interface PacketPlace {
  /** Timestamp in the file, milliseconds. */
  timeMs: number;
  key: boolean;
  /** Byte offset and length of its data. */
  offset: number;
  size: number;
}

/** Gets each packet once, in the file's order, with its data (valid only during the call). */
export type OnPacket = (packet: PacketPlace, data: Uint8Array) => void;

const ID = {
  segment: 0x18538067,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
} as const;
/** Read at a time; an element that is longer is read whole. */
const WINDOW_BYTES = 1 << 20;
/** No frame is longer: beyond it the file is damaged. */
const MAX_ELEMENT_BYTES = 1 << 26;

interface Element {
  id: number;
  /** Bytes of id and size. */
  head: number;
  /** -1 where it is unknown (a cluster or segment of an append-only file). */
  size: number;
}

/**
 * Reads a captured track as it grows: each call of `extend` takes up where the last one ended, so that following a call
 * costs no more than reading its files once. It knows the Matroska (RFC 9559) that the capture writes: one track,
 * SimpleBlocks, one millisecond per tick. What follows the last whole element waits for the next call.
 */
export class TrackReader {
  readonly #handle: FileHandle;
  #position = 0;
  #clusterMs = 0;
  #broken = false;
  #tail: Promise<void> = Promise.resolve();
  /** The file's Tracks element, whole; null as long as it was not read. */
  tracks: Uint8Array | null = null;
  /** The track's number as the blocks have it. */
  number: Uint8Array = Uint8Array.of(0x81);

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Null where there is no such file (yet). */
  static async open(file: string): Promise<TrackReader | null> {
    const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return handle && new TrackReader(handle);
  }

  /** Reads what was written since the last call. Calls are served one after the other. */
  extend(onPacket: OnPacket): Promise<void> {
    const done = this.#tail.then(() => this.#extend(onPacket));
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** A packet's data. */
  async read({ offset, size }: PacketPlace): Promise<Uint8Array> {
    const data = new Uint8Array(size);
    await this.#handle.read(data, 0, size, offset);
    return data;
  }

  /** Data of the packets from one on whose data ends by `end`, a place in the file: by one read. */
  async readFrom({ offset, size }: Pick<PacketPlace, 'offset' | 'size'>, end: number): Promise<Uint8Array[]> {
    const window = new Uint8Array(end - offset);
    const { bytesRead } = await this.#handle.read(window, 0, window.length, offset);
    const found = [window.subarray(0, size)];
    for (let at = size; at < bytesRead;) {
      const element = readElement(window, at);
      if (!element) break;
      const isMaster = element.id === ID.segment || element.id === ID.cluster;
      const next = at + element.head + (isMaster ? 0 : element.size);
      if (!isMaster && (element.size < 0 || next > bytesRead)) break;
      if (element.id === ID.simpleBlock) {
        const body = window.subarray(at + element.head, next);
        found.push(body.subarray(vintLength(body[0] ?? 0) + 3));
      }
      at = next;
    }
    return found;
  }

  /** Data of packets that follow each other in the file, by one read. */
  async readAll(packets: readonly PacketPlace[]): Promise<Uint8Array[]> {
    const [first, last] = [packets[0], packets.at(-1)];
    if (!first || !last) return [];
    const whole = Buffer.allocUnsafe(last.offset + last.size - first.offset);
    const { bytesRead } = await this.#handle.read(whole, 0, whole.length, first.offset);
    if (bytesRead < whole.length) throw new Error('a track is shorter than it was');
    return packets.map(({ offset, size }) => whole.subarray(offset - first.offset, offset - first.offset + size));
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#handle.close();
  }

  async #extend(onPacket: OnPacket): Promise<void> {
    let wanted = WINDOW_BYTES;
    while (!this.#broken) {
      const window = new Uint8Array(wanted);
      const { bytesRead } = await this.#handle.read(window, 0, wanted, this.#position);
      const { used, needed } = this.#parse(window.subarray(0, bytesRead), onPacket);
      this.#position += used;
      if (bytesRead < wanted && used + needed > bytesRead) return;
      if (used === 0 && needed <= wanted) return;
      wanted = Math.max(WINDOW_BYTES, needed);
    }
  }

  /** Takes whole elements; `needed`: bytes that the next one has. */
  #parse(window: Uint8Array, onPacket: OnPacket): { used: number; needed: number } {
    let at = 0;
    for (;;) {
      const element = readElement(window, at);
      if (!element) return { used: at, needed: 16 };
      const { id, head, size } = element;
      if (id === ID.segment || id === ID.cluster) {
        at += head;
        continue;
      }
      if (size < 0 || size > MAX_ELEMENT_BYTES) {
        this.#broken = true;
        return { used: at, needed: 0 };
      }
      if (at + head + size > window.length) return { used: at, needed: head + size };
      if (id === ID.tracks) this.tracks = window.slice(at, at + head + size);
      this.#take(id, window.subarray(at + head, at + head + size), this.#position + at + head, onPacket);
      at += head + size;
    }
  }

  #take(id: number, body: Uint8Array, offset: number, onPacket: OnPacket): void {
    if (id === ID.timestamp) this.#clusterMs = body.reduce((value, byte) => value * 256 + byte, 0);
    if (id !== ID.simpleBlock) return;
    // A block's head: the track's number, a signed 16-bit time within the cluster, flags.
    const number = vintLength(body[0] ?? 0);
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    if (number === 0 || body.length < number + 3) return;
    if (body[0] !== this.number[0]) this.number = body.slice(0, number);
    const timeMs = this.#clusterMs + view.getInt16(number);
    const key = (view.getUint8(number + 2) & 0x80) !== 0;
    const head = number + 3;
    onPacket({ timeMs, key, offset: offset + head, size: body.length - head }, body.subarray(head));
  }
}

/** Null where its head is not all there, or is none. */
function readElement(data: Uint8Array, at: number): Element | null {
  const idLength = vintLength(data[at] ?? 0);
  const sizeLength = vintLength(data[at + idLength] ?? 0);
  if (idLength === 0 || idLength > 4 || sizeLength === 0 || at + idLength + sizeLength > data.length) return null;
  const id = number(data, at, idLength);
  const first = (data[at + idLength] ?? 0) & (0xff >> sizeLength);
  const rest = number(data, at + idLength + 1, sizeLength - 1);
  const size = first * 2 ** (8 * (sizeLength - 1)) + rest;
  const unknown = size === 2 ** (7 * sizeLength) - 1;
  return { id, head: idLength + sizeLength, size: unknown ? -1 : size };
}

const number = (data: Uint8Array, at: number, length: number): number =>
  data.subarray(at, at + length).reduce((value, byte) => value * 256 + byte, 0);

/** Bytes of an EBML variable-length number by its first byte; 0 for none. */
const vintLength = (first: number): number => (first === 0 ? 0 : Math.clz32(first) - 23);
