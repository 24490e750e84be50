import { ffmpegBin, ffprobeBin, runOk } from '../programs.ts';
import type { ClipCodec } from './clip.ts';

/** Of an RTP packet, without IP, UDP, SRTP and header extensions: what fits everywhere. */
const MAX_PAYLOAD_BYTES = 1150;

/** One frame of a clip as the payloads of its RTP packets. */
export interface ClipFrame {
  /** Media time, milliseconds since the clip's first packet. */
  timeMs: number;
  key: boolean;
  payloads: Uint8Array[];
}

/** A clip's frames of one kind, ready to be sent. */
export async function loadFrames(clip: string, kind: 'audio' | 'video', codec: ClipCodec): Promise<ClipFrame[]> {
  const selected = ['-map', kind === 'video' ? '0:v:0' : '0:a:0'];
  const [{ stdout: data }, { stdout: list }] = await Promise.all([
    runOk(ffmpegBin(), ['-v', 'error', '-nostdin', '-i', clip, ...selected, '-c', 'copy', '-f', 'data', 'pipe:1']),
    runOk(ffprobeBin(), [
      ...['-v', 'error', '-select_streams', `${kind[0]}:0`, '-of', 'csv=p=0'],
      ...['-show_entries', 'packet=pts_time,size,flags', clip],
    ]),
  ]);
  let at = 0;
  const frames = list
    .toString()
    .trim()
    .split('\n')
    .map((line): ClipFrame => {
      const [time = NaN, size = NaN] = line.split(',').map(Number);
      const frame = data.subarray(at, at + size);
      at += size;
      const payloads = kind === 'audio' ? [frame] : codec === 'vp8' ? packVp8(frame) : packH264(frame);
      return { timeMs: time * 1000, key: line.includes('K'), payloads };
    });
  if (at !== data.length || frames.length === 0) throw new Error(`${clip}: ${data.length} bytes, ${at} of them listed`);
  return frames;
}

/** Where in a VP8 payload the sender writes the picture's number, 16 bits with the highest set. */
export const VP8_PICTURE_ID_AT = 2;

/** RFC 7741: a descriptor with the S bit at the frame's beginning and room for a 15-bit picture id, which SFUs go by. */
function packVp8(frame: Uint8Array): Uint8Array[] {
  return split(frame, MAX_PAYLOAD_BYTES - 4).map((part, i) =>
    Buffer.concat([Uint8Array.of(i === 0 ? 0x90 : 0x80, 0x80, 0x80, 0), part]),
  );
}

/** RFC 6184, packetization mode 1: a NAL unit a packet, or in fragments (FU-A). */
function packH264(accessUnit: Uint8Array): Uint8Array[] {
  return nalUnits(accessUnit).flatMap((nal) => {
    if (nal.length <= MAX_PAYLOAD_BYTES) return [nal];
    const head = nal[0] ?? 0;
    const parts = split(nal.subarray(1), MAX_PAYLOAD_BYTES - 2);
    return parts.map((part, i) => {
      const edges = (i === 0 ? 0x80 : 0) | (i === parts.length - 1 ? 0x40 : 0);
      return Buffer.concat([Uint8Array.of((head & 0xe0) | 28, edges | (head & 0x1f)), part]);
    });
  });
}

function nalUnits(data: Uint8Array): Uint8Array[] {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const code = Buffer.from([0, 0, 1]);
  const units: Uint8Array[] = [];
  for (let at = text.indexOf(code); at >= 0;) {
    const next = text.indexOf(code, at + 3);
    let end = next < 0 ? text.length : next;
    while (next >= 0 && text[end - 1] === 0) end -= 1;
    units.push(data.subarray(at + 3, end));
    at = next;
  }
  return units;
}

/** Parts of equal size, none longer than `most`. */
function split(data: Uint8Array, most: number): Uint8Array[] {
  const count = Math.ceil(data.length / most);
  const size = Math.ceil(data.length / count);
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
}
