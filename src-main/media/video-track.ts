import type { SessionTrack } from '../contract/session.ts';
import { clockPieces } from './clock-map.ts';
import { writeCutFile } from './cut-file.ts';
import { pictureSignature, vp8Size } from './keyframe.ts';
import { openTrack } from './open-track.ts';
import { PacketList } from './packet-list.ts';
import { TrackReader, type PacketPlace } from './track-reader.ts';

/** What is known of a video track's frames without decoding one; arrays are parallel, in decode order. */
export interface FrameIndex {
  /** Session time of each frame, milliseconds. */
  timesMs: Float64Array;
  /** 1 for a key frame. */
  keys: Uint8Array;
  /**
   * Number of the frame's picture format: it goes up at each key frame that changes the picture's size, and where damaged
   * frames begin and end.
   */
  formats: Int32Array;
  /** 1 for a frame that is not to be shown: it needs one that never came. */
  damaged: Uint8Array;
}

/** Frames of a track to be copied: they start at a key frame. */
export interface CutPlan {
  firstFrame: number;
  /** Exclusive. */
  endFrame: number;
  /** New time of each of these frames, ticks from 0. */
  ticks: readonly number[];
}

/** A captured video track: its index, which grows with the file, and copies of parts of it. */
export class VideoTrack {
  readonly #file: string;
  readonly #codec: string;
  #reader: TrackReader | null = null;
  #header: Promise<VideoDecoderConfig | null> | null = null;
  readonly #packets = new PacketList();
  /** The first packet of each format but the first. */
  readonly #formatStarts: number[] = [];
  keyFrames = 0;
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

  /** File time of the last frame, milliseconds; 0 where there is none. */
  get lastFileMs(): number {
    return this.#packets.last?.timeMs ?? 0;
  }

  /** Largest picture so far; where the codec's frames do not say it, what the file's header says. */
  async size(): Promise<{ width: number; height: number } | null> {
    if (this.largest) return this.largest;
    const header = await (this.#header ??= readHeader(this.#file));
    const { codedWidth: width = 0, codedHeight: height = 0 } = header ?? {};
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
    if (found !== null && this.#signature !== null && found !== this.#signature)
      this.#formatStarts.push(this.#packets.length);
    const size = found !== null && this.#codec === 'vp8' ? vp8Size(data) : null;
    if (size && size.width * size.height > (this.largest?.width ?? 0) * (this.largest?.height ?? 0))
      this.largest = size;
    this.#signature = found ?? this.#signature;
    if (key) this.keyFrames++;
    this.#packets.push({ ...packet, key });
  }

  /** The index by a track's clock. */
  index({ clock, damaged: spans = [], steps = [] }: Pick<SessionTrack, 'clock' | 'damaged' | 'steps'>): FrameIndex {
    const pieces = clockPieces(clock);
    const count = this.#packets.length;
    const timesMs = new Float64Array(count);
    const keys = new Uint8Array(count);
    const formats = new Int32Array(count);
    const damaged = new Uint8Array(count);
    let [i, p, format, edges, span, step, before] = [0, 0, 0, 0, 0, 0, -Infinity];
    for (const { timeMs, key } of this.#packets.range()) {
      while ((steps[step]?.[0] ?? Infinity) <= timeMs) step++;
      const fileMs = timeMs + (steps[step - 1]?.[1] ?? 0);
      while ((spans[span]?.[1] ?? Infinity) <= timeMs) span++;
      damaged[i] = (spans[span]?.[0] ?? Infinity) <= timeMs ? 1 : 0;
      if (i > 0 && damaged[i] !== damaged[i - 1]) edges++;
      while ((pieces[p + 1]?.fromFileMs ?? Infinity) <= fileMs) p++;
      while ((this.#formatStarts[format] ?? Infinity) <= i) format++;
      before = Math.max(before, (pieces[p]?.offsetMs ?? 0) + (pieces[p]?.rate ?? 1) * fileMs);
      timesMs[i] = before;
      keys[i] = key ? 1 : 0;
      formats[i] = format + edges;
      i++;
    }
    return { timesMs, keys, formats, damaged };
  }

  /**
   * Copies frames, from a key frame on, to a small Matroska file. Everything that seeking can get wrong is avoided so:
   * captured files have no index (cues), may still grow, or may be cut off, and a decoder that starts at this copy's
   * first frame has what it needs and nothing else.
   */
  async copyFrames(plan: CutPlan, fps: number, outFile: string): Promise<void> {
    const reader = this.#reader;
    if (!reader?.tracks) return;
    const packets = [...this.#packets.range(plan.firstFrame, plan.firstFrame + plan.ticks.length)];
    const data = await reader.readAll(packets);
    const frames = packets.map(({ key }, i) => ({ key, tick: plan.ticks[i] ?? 0, data: data[i] ?? new Uint8Array() }));
    await writeCutFile(outFile, { tracks: reader.tracks, number: reader.number, fps }, frames);
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }
}

async function readHeader(file: string): Promise<VideoDecoderConfig | null> {
  const open = await openTrack(file);
  try {
    const track = open?.track;
    if (!track?.isVideoTrack()) return null;
    return await track.getDecoderConfig();
  } finally {
    open?.close();
  }
}
