import { open } from 'node:fs/promises';

/** A frame of a cut, and when it is shown. */
export interface CutFrame {
  key: boolean;
  /** Ticks since the cut's first frame; never decreasing. */
  tick: number;
  data: Uint8Array;
}

const ID = { ebml: 0x1a45dfa3, segment: 0x18538067, info: 0x1549a966, cluster: 0x1f43b675 } as const;
/** A block's time is 16 bits, relative to its cluster. */
const CLUSTER_TICKS = 30_000;

/**
 * A small Matroska file (RFC 9559) of one track, whose time is counted in frames of the output: no rounding can move a
 * frame to its neighbour's place. The track's description is taken over as the captured file has it.
 * @param tracks the captured file's Tracks element, whole
 * @param number the track's number, as the blocks of the captured file have it
 */
export async function writeCutFile(
  file: string,
  { tracks, number, fps }: { tracks: Uint8Array; number: Uint8Array; fps: number },
  frames: readonly CutFrame[],
): Promise<void> {
  const parts: Uint8Array[] = [fileHead(fps), tracks];
  let clusterTick = -Infinity;
  for (const { key, tick, data } of frames) {
    if (tick - clusterTick > CLUSTER_TICKS) {
      clusterTick = tick;
      parts.push(Buffer.concat([idBytes(ID.cluster), UNKNOWN_SIZE, element(0xe7, uint(tick))]));
    }
    const head = Buffer.alloc(3);
    head.writeInt16BE(tick - clusterTick);
    head.writeUInt8(key ? 0x80 : 0, 2);
    parts.push(idBytes(0xa3), sizeBytes(number.length + 3 + data.length), number, head, data);
  }
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(Buffer.concat(parts));
  } finally {
    await handle.close();
  }
}

const UNKNOWN_SIZE = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

function fileHead(fps: number): Uint8Array {
  const ebml = element(
    ID.ebml,
    Buffer.concat([
      ...[element(0x4286, uint(1)), element(0x42f7, uint(1)), element(0x42f2, uint(4)), element(0x42f3, uint(8))],
      ...[element(0x4282, Buffer.from('matroska')), element(0x4287, uint(4)), element(0x4285, uint(2))],
    ]),
  );
  // Nanoseconds of a tick: one output frame.
  const info = element(ID.info, element(0x2ad7b1, uint(Math.round(1e9 / fps))));
  return Buffer.concat([ebml, idBytes(ID.segment), UNKNOWN_SIZE, info]);
}

const element = (id: number, body: Uint8Array): Buffer => Buffer.concat([idBytes(id), sizeBytes(body.length), body]);

function idBytes(id: number): Uint8Array {
  return uint(id);
}

/** Four bytes, which hold up to 256 MiB. */
function sizeBytes(size: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(size + 0x1000_0000);
  return bytes;
}

/** Big-endian, in as few bytes as hold it. */
function uint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}
