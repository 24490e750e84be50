import {
  EncodedPacket,
  EncodedVideoPacketSource,
  FilePathTarget,
  MkvOutputFormat,
  Output,
  type VideoCodec,
} from 'mediabunny';
import type { SessionTrack } from '../contract/session.ts';
import { clockPieces } from './clock-map.ts';
import { pictureSignature, vp8Size } from './keyframe.ts';
import { openTrack } from './open-track.ts';
import { TrackReader, type PacketPlace } from './track-reader.ts';

/** What is known of a video track's frames without decoding one; arrays are parallel, in decode order. */
export interface FrameIndex {
  /** Session time of each frame, milliseconds. */
  timesMs: Float64Array;
  /** 1 for a key frame. */
  keys: Uint8Array;
  /** Number of the frame's picture format: it goes up at each key frame that changes the picture's size. */
  formats: Int32Array;
}

/** Frames of a track to be copied: they start at a key frame. */
export interface CutPlan {
  firstFrame: number;
  /** Exclusive. */
  endFrame: number;
  /** New timestamp of each of these frames, seconds from 0. */
  timesS: readonly number[];
}

const FRAME_S = 1 / 30;

interface Header {
  codec: VideoCodec;
  config: VideoDecoderConfig;
}

/** A captured video track: its index, which grows with the file, and copies of parts of it. */
export class VideoTrack {
  readonly #file: string;
  readonly #codec: string;
  #reader: TrackReader | null = null;
  #header: Promise<Header | null> | null = null;
  readonly #packets: PacketPlace[] = [];
  readonly #keys: number[] = [];
  readonly #formats: number[] = [];
  #format = 0;
  #signature: string | null = null;
  /** Largest picture so far, where the codec's frames say it. */
  largest: { width: number; height: number } | null = null;

  private constructor(file: string, codec: string) {
    this.#file = file;
    this.#codec = codec;
  }

  /** Reads the track's file once (about 10 µs a frame) and keeps it open. */
  static async open(file: string, codec: string): Promise<VideoTrack> {
    const track = new VideoTrack(file, codec);
    await track.extend();
    return track;
  }

  get frames(): number {
    return this.#packets.length;
  }

  get keyFrames(): number {
    return this.#keys.reduce((sum, key) => sum + key, 0);
  }

  /** File time of the last frame, milliseconds; 0 where there is none. */
  get lastFileMs(): number {
    return this.#packets.at(-1)?.timeMs ?? 0;
  }

  /** Largest picture so far; where the codec's frames do not say it, what the file's header says. */
  async size(): Promise<{ width: number; height: number } | null> {
    if (this.largest) return this.largest;
    const header = await (this.#header ??= readHeader(this.#file));
    const { codedWidth: width = 0, codedHeight: height = 0 } = header?.config ?? {};
    return width > 0 ? { width, height } : null;
  }

  /** Takes in what was written since. */
  async extend(): Promise<void> {
    this.#reader ??= await TrackReader.open(this.#file);
    await this.#reader?.extend((packet, data) => this.#add(packet, data));
  }

  #add(packet: PacketPlace, data: Uint8Array): void {
    const found = packet.key ? pictureSignature(this.#codec, data) : null;
    // VP8 says itself what is a key frame; a file may begin with another frame and call it one.
    const key = packet.key && (found !== null || this.#codec !== 'vp8');
    if (found !== null && this.#signature !== null && found !== this.#signature) this.#format++;
    const size = found !== null && this.#codec === 'vp8' ? vp8Size(data) : null;
    if (size && size.width * size.height > (this.largest?.width ?? 0) * (this.largest?.height ?? 0))
      this.largest = size;
    this.#signature = found ?? this.#signature;
    this.#packets.push(packet);
    this.#keys.push(key ? 1 : 0);
    this.#formats.push(this.#format);
  }

  /** The index by a clock. */
  index(clock: SessionTrack['clock']): FrameIndex {
    const pieces = clockPieces(clock);
    let p = 0;
    const timesMs = Float64Array.from(this.#packets, ({ timeMs }) => {
      while ((pieces[p + 1]?.fromFileMs ?? Infinity) <= timeMs) p++;
      return (pieces[p]?.offsetMs ?? 0) + (pieces[p]?.rate ?? 1) * timeMs;
    });
    return { timesMs, keys: Uint8Array.from(this.#keys), formats: Int32Array.from(this.#formats) };
  }

  /**
   * Copies frames, from a key frame on, to a small Matroska file. Everything that seeking can get wrong is avoided so:
   * captured files have no index (cues), may still grow, or may be cut off, and a decoder that starts at this copy's
   * first frame has what it needs and nothing else.
   */
  async copyFrames(plan: CutPlan, outFile: string): Promise<void> {
    const header = await (this.#header ??= readHeader(this.#file));
    if (!header || !this.#reader) return;
    const output = new Output({ format: new MkvOutputFormat(), target: new FilePathTarget(outFile) });
    const source = new EncodedVideoPacketSource(header.codec);
    output.addVideoTrack(source);
    await output.start();
    try {
      for (const [i, time] of plan.timesS.entries()) {
        const packet = this.#packets[plan.firstFrame + i];
        if (!packet) break;
        const copy = new EncodedPacket(await this.#reader.read(packet), packet.key ? 'key' : 'delta', time, FRAME_S);
        await source.add(copy, i === 0 ? { decoderConfig: header.config } : undefined);
      }
      await output.finalize();
    } catch (thrown) {
      await output.cancel();
      throw thrown;
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }
}

async function readHeader(file: string): Promise<Header | null> {
  const open = await openTrack(file);
  try {
    const track = open?.track;
    if (!track?.isVideoTrack()) return null;
    const [config, codec] = [await track.getDecoderConfig(), await track.getCodec()];
    return config && codec && { codec, config };
  } finally {
    open?.close();
  }
}
