import type { TrackInfo } from './worker-messages.ts';

/** Of so many packets one is decoded: ten a second of 20 ms packets, enough for a meter that moves. */
const ONE_OF = 5;
/** Codec names of WebRTC as WebCodecs has them. */
const CODECS: Readonly<Record<string, string>> = { opus: 'opus', pcmu: 'ulaw', pcma: 'alaw' };

/**
 * How loud a track is, from a few of its packets; no audio device takes part. Packets between are left out, which a
 * decoder of speech forgives for this purpose.
 */
export class LevelMeter {
  readonly #decoder: AudioDecoder;
  #packets = 0;
  #loudest: number | null = null;

  private constructor(config: AudioDecoderConfig) {
    this.#decoder = new AudioDecoder({
      output: (sound) => this.#measure(sound),
      error: (error) => console.warn('no level of this track', error.message),
    });
    this.#decoder.configure(config);
  }

  /** Null where the codec cannot be decoded here. */
  static create({ codec, clockRate, channels }: TrackInfo): LevelMeter | null {
    const name = CODECS[codec];
    if (name === undefined) return null;
    return new LevelMeter({ codec: name, sampleRate: clockRate, numberOfChannels: channels });
  }

  /** Takes a packet; its bytes are copied where they are used. */
  take(data: Uint8Array): void {
    this.#packets += 1;
    if (this.#packets % ONE_OF !== 0 || this.#decoder.state !== 'configured') return;
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.#packets * 20_000, data }));
  }

  /** The loudest packet's root mean square since the last call, 0 to 1; null where none was decoded. */
  read(): number | null {
    const level = this.#loudest;
    this.#loudest = null;
    return level;
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }

  #measure(sound: AudioData): void {
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    sound.close();
    const square = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
    this.#loudest = Math.min(1, Math.max(this.#loudest ?? 0, Math.sqrt(square)));
  }
}
