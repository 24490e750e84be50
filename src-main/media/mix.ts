import { CHANNELS, type PcmBlock } from './sound.ts';

/** One second at a time. */
export const MIX_BLOCK_SAMPLES = 48_000;

/** A track's sound for the mix. */
export interface MixSource {
  /** No block begins before this sample: until the mix comes here, nothing is read (and no decoder is started). */
  from: number;
  blocks: AsyncIterable<PcmBlock>;
}

/** A source's blocks, read only as far as the mix has come. */
class Source {
  readonly #from: number;
  readonly #blocks: AsyncIterator<PcmBlock>;
  #current: PcmBlock | null = null;
  #done = false;

  constructor({ from, blocks }: MixSource) {
    this.#from = from;
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Adds what this source has in [from, from + out.length / 2) to `out`. */
  async addTo(out: Float32Array, from: number): Promise<void> {
    const to = from + out.length / CHANNELS;
    while (this.#from < to) {
      this.#current ??= await this.#next();
      const block = this.#current;
      if (!block || block.position >= to) return;
      const end = block.position + block.data.length / CHANNELS;
      const first = Math.max(block.position, from);
      const last = Math.min(end, to);
      const source = (first - block.position) * CHANNELS;
      const target = (first - from) * CHANNELS;
      for (let i = 0; i < (last - first) * CHANNELS; i++) {
        out[target + i] = (out[target + i] ?? 0) + (block.data[source + i] ?? 0);
      }
      if (end > to) return;
      this.#current = null;
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  async #next(): Promise<PcmBlock | null> {
    if (this.#done) return null;
    const next = await this.#blocks.next();
    this.#done = next.done === true;
    return next.done ? null : next.value;
  }
}

/**
 * The sum of all sources from sample `from` to sample `to`, in blocks of one second; silence where nobody sounds. No
 * source is scaled: levels are kept as the call had them (see `Limiter` for what many voices together do).
 */
export async function* mix(sources: MixSource[], from: number, to: number): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const open = sources.map((source) => new Source(source));
  try {
    for (let position = from; position < to; position += MIX_BLOCK_SAMPLES) {
      const out = new Float32Array(Math.min(MIX_BLOCK_SAMPLES, to - position) * CHANNELS);
      for (const source of open) await source.addTo(out, position);
      yield out;
    }
  } finally {
    await Promise.all(open.map((source) => source.close()));
  }
}
