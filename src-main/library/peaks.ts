/** Shortest bucket of a waveform: 20 a second are more than a screen has pixels for. */
const MIN_BUCKET_MS = 50;
const MAX_BUCKETS = 12_000;
const RATE = 48_000;

/** How long a bucket is for a file of this length. */
export const bucketMs = (durationMs: number): number => Math.max(MIN_BUCKET_MS, Math.ceil(durationMs / MAX_BUCKETS));

/** Finds the loudest sample of each bucket in a stream of 16-bit mono sound at 48 kHz. */
export class PeakMeter {
  readonly #bucketSamples: number;
  readonly #peaks: number[] = [];
  #samples = 0;
  #loudest = 0;
  #half: number | null = null;

  constructor(lengthMs: number) {
    this.#bucketSamples = Math.round((lengthMs * RATE) / 1000);
  }

  /** Takes bytes as they come from a pipe; a sample may be cut in two. */
  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.#half !== null && bytes.length > 0) {
      this.#add(this.#half | ((bytes[0] ?? 0) << 8));
      this.#half = null;
      at = 1;
    }
    for (; at + 1 < bytes.length; at += 2) this.#add((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
    if (at < bytes.length) this.#half = bytes[at] ?? 0;
  }

  /** One value of 0 to 255 a bucket, the last one perhaps of less. */
  finish(): number[] {
    if (this.#samples > 0) this.#close();
    return this.#peaks;
  }

  #add(unsigned: number): void {
    const value = Math.abs((unsigned << 16) >> 16);
    if (value > this.#loudest) this.#loudest = value;
    this.#samples += 1;
    if (this.#samples === this.#bucketSamples) this.#close();
  }

  #close(): void {
    this.#peaks.push(Math.min(255, Math.round((this.#loudest / 32_767) * 255)));
    this.#samples = 0;
    this.#loudest = 0;
  }
}
