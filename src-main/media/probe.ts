import {
  EncodedPacketSink,
  FilePathSource,
  Input,
  MATROSKA,
  MP4,
  WEBM,
  type InputFormat,
  type InputTrack,
} from 'mediabunny';
import { RollcallError } from '../contract/errors.ts';

export interface ProbedTrack {
  kind: 'video' | 'audio' | 'other';
  /** mediabunny's short name: `avc`, `vp8`, `aac`, `opus`; null where it is not known. */
  codec: string | null;
  /** Size of the picture, video only. */
  width: number | null;
  height: number | null;
  packets: number;
  keyPackets: number;
  /** Start of the first and end of the last packet, milliseconds. */
  startMs: number;
  endMs: number;
}

export interface ProbedFile {
  tracks: ProbedTrack[];
  /** End of the track that ends last, milliseconds. */
  durationMs: number;
}

/**
 * What is in a media file, by reading its packets' headers (no ffprobe in the product, and none needed).
 * @throws RollcallError `MEDIA_INVALID` where the file cannot be read as MP4 or Matroska
 */
export const probe = (file: string): Promise<ProbedFile> =>
  readMediaFile(file, [MP4, MATROSKA, WEBM], async (input) => {
    const tracks: ProbedTrack[] = [];
    for (const track of await input.getTracks()) tracks.push(await probeTrack(track));
    return { tracks, durationMs: Math.max(0, ...tracks.map((track) => track.endMs)) };
  });

/**
 * Opens a media file for as long as `read` runs.
 * @throws RollcallError `MEDIA_INVALID` where it cannot be read as one of the formats
 */
export async function readMediaFile<T>(
  file: string,
  formats: InputFormat[],
  read: (input: Input) => Promise<T>,
): Promise<T> {
  const input = new Input({ source: new FilePathSource(file), formats });
  try {
    return await read(input);
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause);
    throw new RollcallError('MEDIA_INVALID', `"${file}" cannot be read as a media file.`, 'Make the file again.', {
      details,
      cause,
    });
  } finally {
    input.dispose();
  }
}

async function probeTrack(track: InputTrack): Promise<ProbedTrack> {
  let [packets, keyPackets, startMs, endMs] = [0, 0, Number.POSITIVE_INFINITY, 0];
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true })) {
    packets++;
    if (packet.type === 'key') keyPackets++;
    startMs = Math.min(startMs, packet.timestamp * 1000);
    endMs = Math.max(endMs, (packet.timestamp + packet.duration) * 1000);
  }
  const video = track.isVideoTrack();
  return {
    kind: video ? 'video' : track.isAudioTrack() ? 'audio' : 'other',
    codec: await track.getCodec(),
    width: video ? await track.getCodedWidth() : null,
    height: video ? await track.getCodedHeight() : null,
    packets,
    keyPackets,
    startMs: packets > 0 ? startMs : 0,
    endMs,
  };
}
