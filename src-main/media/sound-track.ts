import { OPUS_RATE, OpusPlacer, type PcmRun } from './opus.ts';
import { TrackReader, type PacketPlace } from './track-reader.ts';

/** A packet for the decoder: from the file, or the silence that resets it after a long gap. */
interface PlacedRun {
  run: PcmRun;
  packet: PacketPlace | null;
  silence: Uint8Array | null;
}

/** A captured sound track: where each of its packets sounds, growing with the file, and the packets themselves. */
export class SoundTrack {
  readonly #file: string;
  #reader: TrackReader | null = null;
  readonly #placer = new OpusPlacer();
  readonly #runs: PlacedRun[] = [];
  /** Packets in the file, those that nothing sounds of included. */
  packets = 0;
  /** File time of the last packet's end, milliseconds. */
  lastFileMs = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(file: string): Promise<SoundTrack> {
    const track = new SoundTrack(file);
    await track.extend();
    return track;
  }

  /** Takes in what was written since. */
  async extend(): Promise<void> {
    this.#reader ??= await TrackReader.open(this.#file);
    await this.#reader?.extend((packet, data) => {
      this.packets++;
      for (const placed of this.#placer.place(data, Math.round((packet.timeMs * OPUS_RATE) / 1000))) {
        const own = placed.data === data;
        this.#runs.push({ run: placed.run, packet: own ? packet : null, silence: own ? null : placed.data });
        const end = ((placed.run.position + placed.run.samples) * 1000) / OPUS_RATE;
        this.lastFileMs = Math.max(this.lastFileMs, end);
      }
    });
  }

  /** The runs that sound in [from, to), samples of the file. */
  range(from: number, to: number): PcmRun[] {
    const runs: PcmRun[] = [];
    for (let i = this.#firstAfter(from); i < this.#runs.length; i++) {
      const placed = this.#runs[i];
      if (!placed || placed.run.position >= to) break;
      runs.push(placed.run);
    }
    // Nothing follows the last run of all: its edge is faded like any other before a gap.
    const last = this.#runs.at(-1)?.run;
    return runs.map((run) => (run === last ? { ...run, gapAfter: true } : { ...run }));
  }

  /** The data of these runs, in the same order. */
  async *data(from: number, count: number): AsyncGenerator<Uint8Array, void, undefined> {
    const first = this.#firstAfter(from);
    for (const { packet, silence } of this.#runs.slice(first, first + count)) {
      if (silence) yield silence;
      else if (packet && this.#reader) yield await this.#reader.read(packet);
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }

  /** The first run that ends after a sample. */
  #firstAfter(sample: number): number {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle]?.run;
      if (run && run.position + run.samples > sample) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
