import { av1Sequence, TEMPORAL_DELIMITER } from './av1.ts';
import type { VideoFrame } from './track-recorder.ts';
import { concat, framesOf, hidden, superframe, Vp9Headers, type Vp9Header } from './vp9.ts';

interface Layer {
  frame: VideoFrame;
  key: boolean;
}

/** Most frames that a superframe may have. */
const MAX_FRAMES = 8;

/** Makes one block of the spatial layers of a picture, by the codec's own way of doing that. */
export class PictureBuilder {
  readonly #codec: string;
  readonly #vp9 = new Vp9Headers();
  #av1Layered = false;

  /** @param codec `vp9` or `av1`. */
  constructor(codec: string) {
    this.#codec = codec;
  }

  /** @param layers of one picture, the lowest first. */
  build(layers: readonly Layer[]): { frame: VideoFrame; key: boolean } {
    const key = layers.some((layer) => layer.key);
    const frame = layers[0]?.frame;
    if (!frame) throw new Error('a picture without a layer');
    const data = this.#codec === 'vp9' ? this.#superframe(layers) : this.#temporalUnit(layers);
    return { key, frame: { ...frame, ...data } };
  }

  #superframe(layers: readonly Layer[]): Pick<VideoFrame, 'data' | 'width' | 'height'> {
    const frames = layers.flatMap(({ frame }) => framesOf(frame.data));
    const headers = frames.map((data) => this.#vp9.read(data));
    const top = headers.at(-1) ?? null;
    const size = { width: top?.width ?? null, height: top?.height ?? null };
    const [only] = layers;
    if (layers.length === 1 && only) return { data: only.frame.data, ...size };
    const last = frames.length - 1;
    const shownOnce = frames.map((data, i) => (i < last ? hiddenOf(data, headers[i] ?? null) : data));
    return { data: superframe(shownOnce.slice(-MAX_FRAMES)), ...size };
  }

  /**
   * The units of all layers make one temporal unit. RTP leaves its delimiter out, and Matroska may; but without it a
   * decoder that waits for the highest layer does not see that a picture has none, and shows no picture (seen in dav1d).
   */
  #temporalUnit(layers: readonly Layer[]): Pick<VideoFrame, 'data' | 'width' | 'height'> {
    const parts = layers.map(({ frame }) => frame.data);
    const sequence = parts[0] ? av1Sequence(parts[0]) : null;
    if (sequence) this.#av1Layered = sequence.layered;
    if (this.#av1Layered) parts.unshift(TEMPORAL_DELIMITER);
    const [only] = parts;
    const data = only && parts.length === 1 ? only : concat(parts);
    return { data, width: sequence?.width ?? null, height: sequence?.height ?? null };
  }
}

const hiddenOf = (data: Uint8Array, header: Vp9Header | null): Uint8Array => (header ? hidden(data, header) : data);
