import { EncodedPacketSink, MP4, type InputTrack } from 'mediabunny';
import type { Certificate } from '../contract/certificate.ts';
import { readMediaFile } from '../media/probe.ts';

/** What a finished file holds, as its own packets say. */
export interface FileFacts {
  durationMs: number;
  video: Certificate['video'];
  audio: Certificate['audio'];
  /** File time of each picture, milliseconds. */
  frameTimesMs: Float64Array;
}

/** @throws RollcallError `MEDIA_INVALID` where the file cannot be read as MP4 */
export const readFileFacts = (file: string): Promise<FileFacts> =>
  readMediaFile(file, [MP4], async (input) => {
    const facts: FileFacts = { durationMs: 0, video: null, audio: null, frameTimesMs: new Float64Array() };
    for (const track of await input.getTracks()) {
      const packets = await readPackets(track);
      facts.durationMs = Math.max(facts.durationMs, packets.endMs);
      if (track.isVideoTrack()) {
        facts.frameTimesMs = Float64Array.from(packets.timesMs);
        const fps = frameRate(packets.timesMs);
        facts.video = {
          codec: (await track.getCodec()) ?? 'unknown',
          frames: packets.timesMs.length,
          key_frames: packets.keys,
          width: await track.getCodedWidth(),
          height: await track.getCodedHeight(),
          fps,
          worst_step_ms: worstStep(packets.timesMs, 1000 / fps),
          encoder: encoderText(packets.first),
        };
      } else if (track.isAudioTrack()) {
        const lengthMs = packets.endMs - (packets.timesMs[0] ?? 0);
        facts.audio = {
          codec: (await track.getCodec()) ?? 'unknown',
          packets: packets.timesMs.length,
          sample_rate: await track.getSampleRate(),
          channels: await track.getNumberOfChannels(),
          bits_per_second: lengthMs > 0 ? Math.round((packets.bytes * 8000) / lengthMs) : 0,
          worst_step_ms: worstStep(packets.timesMs, lengthMs / Math.max(1, packets.timesMs.length)),
        };
      }
    }
    return facts;
  });

interface Packets {
  timesMs: number[];
  keys: number;
  bytes: number;
  endMs: number;
  /** Data of the first one. */
  first: Uint8Array;
}

async function readPackets(track: InputTrack): Promise<Packets> {
  const sink = new EncodedPacketSink(track);
  const packets: Packets = { timesMs: [], keys: 0, bytes: 0, endMs: 0, first: new Uint8Array() };
  packets.first = (await sink.getFirstPacket())?.data ?? packets.first;
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
    packets.timesMs.push(packet.timestamp * 1000);
    packets.keys += packet.type === 'key' ? 1 : 0;
    packets.bytes += packet.byteLength;
    packets.endMs = Math.max(packets.endMs, (packet.timestamp + packet.duration) * 1000);
  }
  return packets;
}

/** Frames a second by the first and the last frame, to a thousandth; 30 where there is only one. */
function frameRate(timesMs: readonly number[]): number {
  const span = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
  return span > 0 ? Math.round(((timesMs.length - 1) * 1e6) / span) / 1000 : 30;
}

function worstStep(timesMs: readonly number[], stepMs: number): number {
  const worst = timesMs.reduce((most, time, i) => Math.max(most, Math.abs(time - i * stepMs)), 0);
  return Math.round(worst * 1000) / 1000;
}

/** x264 writes its version and settings as text into the first picture's supplemental information. */
function encoderText(first: Uint8Array): string | null {
  const text = Buffer.from(first.buffer, first.byteOffset, Math.min(first.byteLength, 4096)).toString('latin1');
  return /x264 - core [\x20-\x7e]{1,2000}/.exec(text)?.[0] ?? null;
}
