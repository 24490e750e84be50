import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Output,
  StreamTarget,
} from 'mediabunny';
import { AUDIO_CODECS, VIDEO_CODECS } from './codecs.ts';

export interface VideoParameters {
  kind: 'video';
  codec: string;
  /** Full codec string for the file's header, e.g. `avc1.42e01f`. */
  codecString: string;
  width: number;
  height: number;
  /** CodecPrivate (`avcC` for H.264), where the codec has one. */
  description?: Uint8Array;
}

export interface AudioParameters {
  kind: 'audio';
  codec: string;
  sampleRate: number;
  channels: number;
}

/**
 * One append-only Matroska file with one track. Each frame is handed on as soon as it is muxed; nothing is kept. What is
 * written so far is a readable file at any time.
 */
export class TrackFile {
  readonly #output: Output;
  readonly #add: (packet: EncodedPacket) => Promise<void>;
  /** Writes are in order of the calls; the muxer is asynchronous. */
  #tail: Promise<void>;

  /** @param write gets the file's next bytes and where they go (always the end). */
  constructor(parameters: VideoParameters | AudioParameters, write: (position: number, data: Uint8Array) => void) {
    this.#output = new Output({
      format: new MkvOutputFormat({ appendOnly: true }),
      target: new StreamTarget(
        new WritableStream({
          write: (chunk: { position: number; data: Uint8Array }) => write(chunk.position, chunk.data),
        }),
      ),
    });
    this.#add = parameters.kind === 'video' ? this.#videoTrack(parameters) : this.#audioTrack(parameters);
    this.#tail = this.#output.start();
  }

  /** Appends a frame. `timestampMs` is since the track's first frame. Rejects where the muxer does; see `close`. */
  add(data: Uint8Array, type: 'key' | 'delta', timestampMs: number): Promise<void> {
    const packet = new EncodedPacket(data, type, timestampMs / 1000, 0);
    const done = this.#tail.then(() => this.#add(packet));
    // One refused frame must not stop those after it.
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Ends the file. Resolves when its last byte was handed on. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#output.finalize();
  }

  #videoTrack(parameters: VideoParameters): (packet: EncodedPacket) => Promise<void> {
    const codec = VIDEO_CODECS[parameters.codec];
    if (codec === undefined) throw new Error(`no Matroska mapping for the video codec "${parameters.codec}"`);
    const source = new EncodedVideoPacketSource(codec);
    this.#output.addVideoTrack(source);
    const { codecString, width, height, description } = parameters;
    const decoderConfig = {
      codec: codecString,
      codedWidth: width,
      codedHeight: height,
      ...(description ? { description } : {}),
    };
    return (packet) => source.add(packet, { decoderConfig });
  }

  #audioTrack(parameters: AudioParameters): (packet: EncodedPacket) => Promise<void> {
    const codec = AUDIO_CODECS[parameters.codec];
    if (codec === undefined) throw new Error(`no Matroska mapping for the audio codec "${parameters.codec}"`);
    const source = new EncodedAudioPacketSource(codec);
    this.#output.addAudioTrack(source);
    const decoderConfig = {
      codec: parameters.codec === 'opus' ? 'opus' : codec,
      sampleRate: parameters.sampleRate,
      numberOfChannels: parameters.channels,
      ...(parameters.codec === 'opus' ? { description: opusHead(parameters.channels) } : {}),
    };
    return (packet) => source.add(packet, { decoderConfig });
  }
}

/** Identification header (RFC 7845 5.1) with no pre-skip: a stream taken from the network starts anywhere. */
function opusHead(channels: number): Uint8Array {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode('OpusHead'));
  view.setUint8(8, 1);
  view.setUint8(9, channels);
  view.setUint16(10, 0, true);
  view.setUint32(12, 48_000, true);
  return head;
}
