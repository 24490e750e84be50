import { OggOpusWriter } from './ogg.ts';
import { OPUS_DELAY_SAMPLES, opusPacketSamples, OPUS_RATE, OPUS_SILENCE } from './opus.ts';

/** Packets as a stream that ffmpeg decodes: their time is counted in samples, and there is no gap in it. */
export interface PacketStream {
  header(): Uint8Array;
  /** What there is to write after this packet; null: nothing yet. */
  add(packet: Uint8Array, samples: number): Uint8Array | null;
  /** What there is left to write. */
  flush(): Uint8Array | null;
}

/** How packets of captured sound become samples, 48,000 a second. */
export interface SoundCodec {
  /** Samples in a packet, 0 for one that no decoder would take. */
  packetSamples(packet: Uint8Array): number;
  /** How much later than its timestamp says decoded sound comes. */
  delaySamples: number;
  /** What makes the decoder forget the sound before a long gap, where it needs that. */
  silence: { data: Uint8Array; samples: number } | null;
  /** ffmpeg's arguments for reading such a stream. */
  input: readonly string[];
  stream(): PacketStream;
}

const OPUS: SoundCodec = {
  packetSamples: opusPacketSamples,
  delaySamples: OPUS_DELAY_SAMPLES,
  silence: OPUS_SILENCE,
  input: ['-f', 'ogg'],
  stream: () => new OggOpusWriter(),
};

const TELEPHONE_RATE = 8000;
const BYTES_PER_SAMPLE = 2;

/** G.711 as the capture keeps it: the 16-bit samples that its codes stand for, one channel, 8,000 a second. */
const TELEPHONE: SoundCodec = {
  packetSamples: ({ length }) =>
    length % BYTES_PER_SAMPLE === 0 ? (length / BYTES_PER_SAMPLE) * (OPUS_RATE / TELEPHONE_RATE) : 0,
  delaySamples: 0,
  silence: null,
  input: ['-f', 's16le', '-ar', String(TELEPHONE_RATE), '-ac', '1'],
  stream: () => ({ header: () => new Uint8Array(), add: (packet) => packet, flush: () => null }),
};

/** Sound that cannot be decoded here stays silent rather than failing the whole file. */
const SILENT: SoundCodec = { ...OPUS, packetSamples: () => 0 };

const CODECS: Readonly<Record<string, SoundCodec>> = { opus: OPUS, pcmu: TELEPHONE, pcma: TELEPHONE };

/** By the codec's name in the session. */
export const soundCodec = (name: string): SoundCodec =>
  Object.hasOwn(CODECS, name) ? (CODECS[name] ?? SILENT) : SILENT;
