import type { PcmBlock } from './sound.ts';

/** A skew below this moves sound by less than a millisecond in a day. */
const NO_SKEW = 1e-8;
/** Neighbours that cubic interpolation needs: one before, two after. */
const CARRIED = 3;

/** A straight piece of the way from a track's samples to the output's: `offset + rate * position` from `from` on. */
export interface RetimePiece {
  from: number;
  offset: number;
  rate: number;
}

/**
 * Moves blocks along a line of straight pieces that meet. Where the sender's clock and ours agree (one piece, `rate` 1)
 * every sample is kept as it is, at the nearest whole sample. Otherwise the sound is resampled by that rate (some
 * millionths: not audible) with Catmull-Rom interpolation, continuous from block to block and from piece to piece.
 */
export async function* retime(
  blocks: AsyncIterable<PcmBlock>,
  pieces: readonly RetimePiece[],
): AsyncGenerator<PcmBlock, void, undefined> {
  const [only] = pieces;
  if (only && pieces.length === 1 && Math.abs(only.rate - 1) < NO_SKEW) {
    const shift = Math.round(only.offset);
    for await (const { position, data } of blocks) yield { position: position + shift, data };
    return;
  }
  let carried: PcmBlock | null = null;
  for await (const block of blocks) {
    const joined: PcmBlock = carried && blockEnd(carried) === block.position ? concat(carried, block) : block;
    yield resample(joined, pieces);
    const keep = Math.min(CARRIED, joined.data.length / 2);
    carried = { position: blockEnd(joined) - keep, data: joined.data.slice(-keep * 2) };
  }
}

/** Where a sample of the track is in the output. */
export function retimed(pieces: readonly RetimePiece[], position: number): number {
  const piece = pieces.findLast(({ from }) => from <= position) ?? pieces[0];
  return piece ? piece.offset + piece.rate * position : position;
}

/** Which sample of the track is at a place of the output. */
export function unretimed(pieces: readonly RetimePiece[], place: number): number {
  const piece = pieces.findLast(({ from, offset, rate }) => offset + rate * from <= place) ?? pieces[0];
  return piece ? (place - piece.offset) / piece.rate : place;
}

const blockEnd = (block: PcmBlock): number => block.position + block.data.length / 2;

function concat(a: PcmBlock, b: PcmBlock): PcmBlock {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { position: a.position, data };
}

/** Every output sample whose place lies in [position + 1, end - 2): the ends belong to the neighbouring calls. */
function resample({ position, data }: PcmBlock, pieces: readonly RetimePiece[]): PcmBlock {
  const samples = data.length / 2;
  const from = Math.ceil(retimed(pieces, position + 1));
  const to = Math.ceil(retimed(pieces, position + samples - 2));
  const out = new Float32Array(Math.max(0, to - from) * 2);
  let piece = pieceAt(pieces, from);
  for (let i = 0; i * 2 < out.length; i++) {
    if (from + i >= piece.end) piece = pieceAt(pieces, from + i);
    const place = (from + i - piece.offset) / piece.rate - position;
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

/** The piece for a place of the output, and where it ends there. */
function pieceAt(pieces: readonly RetimePiece[], place: number): { offset: number; rate: number; end: number } {
  const after = pieces.findIndex(({ from, offset, rate }, i) => i > 0 && offset + rate * from > place);
  const { offset, rate } = pieces[(after < 0 ? pieces.length : after) - 1] ?? { offset: 0, rate: 1 };
  const next = after < 0 ? undefined : pieces[after];
  return { offset, rate, end: next ? next.offset + next.rate * next.from : Infinity };
}
