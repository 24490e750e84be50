import type { SoundCodec } from './sound-codec.ts';

/** The placing of packets in time. Pure. One sample is 1/48,000 s throughout. */

/** 100 ms. */
const LONG_GAP_SAMPLES = 4800;

/** What the decoder gets next, and where its samples go. */
export interface PlacedPacket {
  data: Uint8Array;
  run: PcmRun;
}

/** Decoded samples of one packet, and where they belong. */
export interface PcmRun {
  /** In samples since the file's time 0. */
  position: number;
  samples: number;
  /** Whether nothing sounds right before or after it: its edge is faded then. */
  gapBefore: boolean;
  gapAfter: boolean;
}

/** Timestamps in the file are rounded to 1 ms, so contiguous packets may look up to 1 ms apart. */
const CONTIGUOUS_SAMPLES = 120;
/** A packet may start at most this much before the end of the one before; else it is a repeated or late one. */
const OVERLAP_SAMPLES = 480;

/**
 * Places packets by their timestamps and never stretches: contiguous ones follow each other sample by sample; after a
 * gap (DTX, mute, loss) the next one starts where its timestamp says. Repeated and late packets are left out.
 *
 * After a long gap Opus' decoder must not go on from the loudness before it: measured, a word cut off by mute came back as
 * a burst of 50 ms at the unmute. So such a run ends with a silent frame, which resets that. A few lost packets need the
 * opposite: the prediction kept, or the sound after them fades in over 100 ms.
 */
export class PacketPlacer {
  readonly #codec: Pick<SoundCodec, 'packetSamples' | 'silence'>;
  #last: PcmRun | null = null;

  constructor(codec: Pick<SoundCodec, 'packetSamples' | 'silence'>) {
    this.#codec = codec;
  }

  /**
   * What to give the decoder for a packet: nothing where it is left out.
   * @param at the packet's timestamp in samples since the file's time 0
   */
  place(data: Uint8Array, at: number): PlacedPacket[] {
    const samples = this.#codec.packetSamples(data);
    const { silence } = this.#codec;
    if (samples === 0) return [];
    const next = this.#last ? this.#last.position + this.#last.samples : at;
    if (next - at > OVERLAP_SAMPLES) return [];
    const placed: PlacedPacket[] = [];
    if (silence && this.#last && at - next > LONG_GAP_SAMPLES) {
      this.#last = { position: next, samples: silence.samples, gapBefore: false, gapAfter: false };
      placed.push({ data: silence.data, run: this.#last });
    }
    const gap = this.#last === null || at - next > CONTIGUOUS_SAMPLES;
    if (gap) this.finish();
    this.#last = { position: gap ? at : next, samples, gapBefore: gap, gapAfter: false };
    placed.push({ data, run: this.#last });
    return placed;
  }

  /** After the last packet. */
  finish(): void {
    if (this.#last) this.#last.gapAfter = true;
  }
}

/** 2.5 ms: the overlap of Opus' own windows. */
const FADE_SAMPLES = 120;

/**
 * Fades the edges of a run that border on silence, so that a gap does not click.
 * @param data interleaved stereo: samples [from, from + data.length / 2) of the run
 */
export function fadeEdges(data: Float32Array, run: PcmRun, from: number): void {
  for (let i = 0; i * 2 < data.length; i++) {
    const sinceStart = run.gapBefore ? from + i : FADE_SAMPLES;
    const untilEnd = run.gapAfter ? run.samples - from - i : FADE_SAMPLES;
    const gain = Math.min(1, sinceStart / FADE_SAMPLES, untilEnd / FADE_SAMPLES);
    if (gain === 1) continue;
    data[i * 2] = (data[i * 2] ?? 0) * gain;
    data[i * 2 + 1] = (data[i * 2 + 1] ?? 0) * gain;
  }
}
