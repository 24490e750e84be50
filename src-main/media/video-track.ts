import { EncodedPacket, EncodedVideoPacketSource, FilePathTarget, MkvOutputFormat, Output } from 'mediabunny';
import type { SessionTrack } from '../contract/session.ts';
import { pictureSignature } from './keyframe.ts';
import { openTrack, readPackets, type OpenTrack } from './open-track.ts';

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

/** A captured video track: its index, and copies of parts of it. */
export class VideoTrack {
  readonly track: SessionTrack;
  readonly index: FrameIndex;
  readonly #open: OpenTrack | null;
  /** Position in the file, seconds, of each frame. */
  readonly #fileTimes: Float64Array;

  private constructor(track: SessionTrack, open: OpenTrack | null, index: FrameIndex, fileTimes: Float64Array) {
    this.track = track;
    this.index = index;
    this.#open = open;
    this.#fileTimes = fileTimes;
  }

  /** Reads the track's file once (about 10 µs a frame) and keeps it open. */
  static async open(file: string, track: SessionTrack): Promise<VideoTrack> {
    const open = await openTrack(file);
    const fileTimes: number[] = [];
    const keys: number[] = [];
    const formats: number[] = [];
    const codec = (await open?.track.getCodec()) ?? track.codec;
    let format = 0;
    let signature: string | null = null;
    if (open) {
      for await (const packet of readPackets(open)) {
        const found = packet.type === 'key' ? pictureSignature(codec, packet.data) : null;
        // VP8 says itself what is a key frame; a file may begin with another frame and call it one.
        const key = packet.type === 'key' && (found !== null || codec !== 'vp8');
        if (found !== null && signature !== null && found !== signature) format++;
        signature = found ?? signature;
        fileTimes.push(packet.timestamp);
        keys.push(key ? 1 : 0);
        formats.push(format);
      }
    }
    const { offset_ms: offsetMs, skew } = track.clock;
    const timesMs = Float64Array.from(fileTimes, (time) => offsetMs + (1 + skew) * time * 1000);
    const index = { timesMs, keys: Uint8Array.from(keys), formats: Int32Array.from(formats) };
    return new VideoTrack(track, open, index, Float64Array.from(fileTimes));
  }

  /**
   * Copies frames, from a key frame on, to a small Matroska file. Everything that seeking can get wrong is avoided so:
   * captured files have no index (cues), may still grow, or may be cut off, and a decoder that starts at this copy's
   * first frame has what it needs and nothing else.
   */
  async copyFrames(plan: CutPlan, outFile: string): Promise<void> {
    const from = await this.#open?.sink.getPacket(this.#fileTimes[plan.firstFrame] ?? 0);
    const inTrack = this.#open?.track;
    if (!this.#open || !from || !inTrack?.isVideoTrack()) return;
    const [config, codec] = [await inTrack.getDecoderConfig(), await inTrack.getCodec()];
    if (!config || !codec) return;
    const output = new Output({ format: new MkvOutputFormat(), target: new FilePathTarget(outFile) });
    const source = new EncodedVideoPacketSource(codec);
    output.addVideoTrack(source);
    await output.start();
    try {
      let frame = 0;
      for await (const packet of readPackets(this.#open, from)) {
        const time = plan.timesS[frame];
        if (time === undefined || plan.firstFrame + frame >= plan.endFrame) break;
        const copy = new EncodedPacket(packet.data, packet.type, time, FRAME_S);
        await source.add(copy, frame === 0 ? { decoderConfig: config } : undefined);
        frame++;
      }
      await output.finalize();
    } catch (thrown) {
      await output.cancel();
      throw thrown;
    }
  }

  close(): void {
    this.#open?.close();
  }
}
