import type { PcmBlock } from './sound.ts';

/** A skew below this moves sound by less than a millisecond in a day. */
const NO_SKEW = 1e-8;
/** Neighbours that cubic interpolation needs: one before, two after. */
const CARRIED = 3;

/**
 * Moves blocks to `offset + rate * position`, samples. Where the sender's clock and ours agree (`rate` 1) every sample
 * is kept as it is, at the nearest whole sample. Otherwise the sound is resampled by that rate (some millionths: not
 * audible) with Catmull-Rom interpolation, continuous from block to block.
 */
export async function* retime(
  blocks: AsyncIterable<PcmBlock>,
  offset: number,
  rate: number,
): AsyncGenerator<PcmBlock, void, undefined> {
  if (Math.abs(rate - 1) < NO_SKEW) {
    const shift = Math.round(offset);
    for await (const { position, data } of blocks) yield { position: position + shift, data };
    return;
  }
  let carried: PcmBlock | null = null;
  for await (const block of blocks) {
    const joined: PcmBlock = carried && blockEnd(carried) === block.position ? concat(carried, block) : block;
    yield resample(joined, offset, rate);
    const keep = Math.min(CARRIED, joined.data.length / 2);
    carried = { position: blockEnd(joined) - keep, data: joined.data.slice(-keep * 2) };
  }
}

const blockEnd = (block: PcmBlock): number => block.position + block.data.length / 2;

function concat(a: PcmBlock, b: PcmBlock): PcmBlock {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { position: a.position, data };
}

/** Every output sample whose place lies in [position + 1, end - 2): the ends belong to the neighbouring calls. */
function resample({ position, data }: PcmBlock, offset: number, rate: number): PcmBlock {
  const samples = data.length / 2;
  const from = Math.ceil(offset + rate * (position + 1));
  const to = Math.ceil(offset + rate * (position + samples - 2));
  const out = new Float32Array(Math.max(0, to - from) * 2);
  for (let i = 0; i * 2 < out.length; i++) {
    const place = (from + i - offset) / rate - position;
    // Rounding may put the last place a hair outside.
    const whole = Math.min(Math.max(Math.floor(place), 1), samples - 3);
    const t = place - whole;
    for (let channel = 0; channel < 2; channel++) {
      const at = whole * 2 + channel;
      const [a, b, c, d] = [data[at - 2] ?? 0, data[at] ?? 0, data[at + 2] ?? 0, data[at + 4] ?? 0];
      out[i * 2 + channel] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }
  }
  return { position: from, data: out };
}
