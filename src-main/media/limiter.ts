import { CHANNELS } from './sound.ts';

/** -1 dBFS: room for what AAC adds between samples. */
const CEILING = 0.891;
/** The gain is already down when the peak comes: 5 ms. */
const LOOK_AHEAD = 240;
/** Time constant of the gain's way back to 1: 250 ms, too slow to be heard as pumping on speech. */
const RELEASE_SAMPLES = 12_000;

/**
 * A look-ahead peak limiter. Below the ceiling it changes no sample; above it the gain of both channels goes down in a
 * straight line over the look-ahead and back slowly. Its delay is its own matter: `push` gives the samples of its input
 * in order, `LOOK_AHEAD` of them later, and `flush` the rest.
 */
export class Limiter {
  /** The last `LOOK_AHEAD` samples of the input. */
  #held = new Float32Array(0);
  #gain = 1;
  /** Change of the gain per sample, while a peak is ahead. */
  #step = 0;
  #target = 1;

  push(input: Float32Array): Float32Array<ArrayBuffer> {
    const all = new Float32Array(this.#held.length + input.length);
    all.set(this.#held);
    all.set(input, this.#held.length);
    const count = Math.max(0, all.length / CHANNELS - LOOK_AHEAD);
    const out = this.#run(all, this.#held.length / CHANNELS, count);
    this.#held = all.slice(count * CHANNELS);
    return out;
  }

  flush(): Float32Array<ArrayBuffer> {
    const count = this.#held.length / CHANNELS;
    const out = this.#run(this.#held, count, count);
    this.#held = new Float32Array(0);
    return out;
  }

  /** Gives `count` samples from the start of `all`; peaks before `known` were seen in an earlier call. */
  #run(all: Float32Array, known: number, count: number): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count * CHANNELS);
    for (let i = 0; i < count; i++) {
      const ahead = i + LOOK_AHEAD;
      if (ahead >= known && ahead * CHANNELS < all.length) this.#see(all, ahead);
      const peak = Math.max(Math.abs(all[i * CHANNELS] ?? 0), Math.abs(all[i * CHANNELS + 1] ?? 0));
      this.#advance();
      // The straight line reaches each peak in time; this is the guard for two peaks within one look-ahead, and for
      // a peak in the very first 5 ms.
      if (peak * this.#gain > CEILING) this.#gain = CEILING / peak;
      for (let channel = 0; channel < CHANNELS; channel++) {
        out[i * CHANNELS + channel] = (all[i * CHANNELS + channel] ?? 0) * this.#gain;
      }
    }
    return out;
  }

  #see(all: Float32Array, i: number): void {
    const peak = Math.max(Math.abs(all[i * CHANNELS] ?? 0), Math.abs(all[i * CHANNELS + 1] ?? 0));
    if (peak <= CEILING) return;
    const wanted = CEILING / peak;
    if (wanted >= Math.min(this.#gain, this.#target)) return;
    this.#target = wanted;
    this.#step = Math.min(this.#step, (wanted - this.#gain) / LOOK_AHEAD);
  }

  #advance(): void {
    if (this.#step < 0) {
      this.#gain += this.#step;
      if (this.#gain > this.#target) return;
      this.#gain = this.#target;
      this.#step = 0;
      this.#target = 1;
    } else if (this.#gain < 1) {
      this.#gain += (1 - this.#gain) / RELEASE_SAMPLES;
      if (this.#gain > 0.9999) this.#gain = 1;
    }
  }
}
