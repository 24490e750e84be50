import { OPUS_RATE } from './opus.ts';
import { PacketPlacer, type PcmRun } from './packet-placer.ts';
import { soundCodec, type SoundCodec } from './sound-codec.ts';
import { TrackReader, type PacketPlace } from './track-reader.ts';

/**
 * Runs that follow each other without a gap and are equally long, which an hour of speech has few of: their packets
 * follow each other in the file as well.
 */
interface Stretch {
  /** Of its first run, among all. */
  firstRun: number;
  /** Of its first run's packet in the file; none where it is the silence that resets the decoder after a long gap. */
  firstPacket: number;
  silence: Uint8Array | null;
  /** Of its first run. */
  position: number;
  samples: number;
  count: number;
  gapBefore: boolean;
}

/** Every so many packets the place of one is kept; those between are found from it. */
const LANDMARK_PACKETS = 64;

/**
 * A captured sound track: where each of its packets sounds, growing with the file, and the packets themselves. It keeps
 * next to nothing of each packet: what an hour of it needs in memory is small.
 */
export class SoundTrack {
  readonly #file: string;
  readonly codec: SoundCodec;
  #reader: TrackReader | null = null;
  readonly #placer: PacketPlacer;
  readonly #stretches: Stretch[] = [];
  readonly #landmarks: Pick<PacketPlace, 'offset' | 'size'>[] = [];
  /** Where the data of the last packet ends in the file. */
  #end = 0;
  /** Packets in the file, those that nothing sounds of included. */
  packets = 0;
  /** File time of the last packet's end, milliseconds. */
  lastFileMs = 0;

  private constructor(file: string, codec: string) {
    this.#file = file;
    this.codec = soundCodec(codec);
    this.#placer = new PacketPlacer(this.codec);
  }

  /** @param codec the track's, as the session names it. */
  static async open(file: string, codec: string): Promise<SoundTrack> {
    const track = new SoundTrack(file, codec);
    await track.extend();
    return track;
  }

  /** Takes in what was written since. */
  async extend(): Promise<void> {
    this.#reader ??= await TrackReader.open(this.#file);
    await this.#reader?.extend((packet, data) => {
      const { offset, size } = packet;
      if (this.packets % LANDMARK_PACKETS === 0) this.#landmarks.push({ offset, size });
      this.#end = offset + size;
      for (const placed of this.#placer.place(data, Math.round((packet.timeMs * OPUS_RATE) / 1000))) {
        this.#add(placed.run, placed.data === data ? null : placed.data);
      }
      this.packets++;
    });
  }

  #add(run: PcmRun, silence: Uint8Array | null): void {
    const { position, samples, gapBefore } = run;
    const last = this.#stretches.at(-1);
    const firstRun = last ? last.firstRun + last.count : 0;
    const goesOn =
      last !== undefined &&
      !gapBefore &&
      silence === null &&
      last.silence === null &&
      last.samples === samples &&
      last.firstPacket + last.count === this.packets;
    if (goesOn) last.count++;
    else {
      const firstPacket = this.packets;
      this.#stretches.push({ firstRun, firstPacket, silence, position, samples, count: 1, gapBefore });
    }
    this.lastFileMs = Math.max(this.lastFileMs, ((position + samples) * 1000) / OPUS_RATE);
  }

  /** The runs that sound in [from, to), samples of the file. */
  range(from: number, to: number): PcmRun[] {
    const runs: PcmRun[] = [];
    for (let s = this.#stretchAt(from); s < this.#stretches.length; s++) {
      const stretch = this.#stretches[s];
      if (!stretch || stretch.position >= to) break;
      const { position, samples, count, gapBefore } = stretch;
      // Nothing follows the last run of all: its edge is faded like any other before a gap.
      const gapAfter = this.#stretches[s + 1]?.gapBefore ?? true;
      for (let i = runIn(stretch, from); i < count && position + i * samples < to; i++) {
        const isLast = i === count - 1;
        runs.push({
          position: position + i * samples,
          samples,
          gapBefore: gapBefore && i === 0,
          gapAfter: gapAfter && isLast,
        });
      }
    }
    return runs;
  }

  /** From where to where the file has sound, and the holes in it; samples of the file. Null where it has none. */
  outline(): { from: number; to: number; holes: [number, number][] } | null {
    const [first] = this.#stretches;
    if (!first) return null;
    const holes: [number, number][] = [];
    let end = first.position;
    for (const { position, samples, count, gapBefore } of this.#stretches) {
      if (gapBefore && position > end) holes.push([end, position]);
      end = position + samples * count;
    }
    return { from: first.position, to: end, holes };
  }

  /** How many of the file's packets sound in [from, to), samples of the file. */
  packetsIn(from: number, to: number): number {
    let packets = 0;
    for (const { position, samples, count, silence } of this.#stretches) {
      if (silence) continue;
      const first = Math.max(0, Math.floor((from - position) / samples));
      const end = Math.min(count, Math.ceil((to - position) / samples));
      packets += Math.max(0, end - first);
    }
    return packets;
  }

  /** The data of the runs from the first that ends after a sample on, so many of them, in order. */
  async *data(from: number, count: number): AsyncGenerator<Uint8Array, void, undefined> {
    let left = count;
    for (let s = this.#stretchAt(from); left > 0 && s < this.#stretches.length; s++) {
      const stretch = this.#stretches[s];
      if (!stretch) return;
      const first = runIn(stretch, from);
      const wanted = Math.min(left, stretch.count - first);
      left -= wanted;
      if (stretch.silence) yield stretch.silence;
      else yield* this.#packetData(stretch.firstPacket + first, wanted);
    }
  }

  /** The same as a stream that ffmpeg decodes without a gap. */
  async stream(from: number, runs: readonly PcmRun[]): Promise<Uint8Array> {
    const stream = this.codec.stream();
    const written: Uint8Array[] = [stream.header()];
    let i = 0;
    for await (const data of this.data(from, runs.length)) {
      const more = stream.add(data, runs[i++]?.samples ?? 0);
      if (more) written.push(more);
    }
    const last = stream.flush();
    if (last) written.push(last);
    return Buffer.concat(written);
  }

  async *#packetData(first: number, count: number): AsyncGenerator<Uint8Array, void, undefined> {
    const end = first + count;
    for (let mark = Math.floor(first / LANDMARK_PACKETS); mark * LANDMARK_PACKETS < end; mark++) {
      const landmark = this.#landmarks[mark];
      if (!landmark || !this.#reader) return;
      const found = await this.#reader.readFrom(landmark, this.#landmarks[mark + 1]?.offset ?? this.#end);
      const start = mark * LANDMARK_PACKETS;
      yield* found.slice(Math.max(0, first - start), Math.min(LANDMARK_PACKETS, end - start));
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }

  /** The stretch of the first run that ends after a sample. */
  #stretchAt(sample: number): number {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const stretch = this.#stretches[middle];
      if (stretch && stretch.position + stretch.count * stretch.samples > sample) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The first run of a stretch that ends after a sample. */
const runIn = ({ position, samples }: Stretch, sample: number): number =>
  Math.max(0, Math.floor((sample - position) / samples));
