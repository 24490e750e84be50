import { COLOUR_PATCH, COUNTER, type Rect } from '../publisher/pattern.ts';
import { sampleFrames, WHOLE, within } from './frames.ts';

/** White is 235 in video range and about 255 as full-range grey; the COLOURS' luminance is below 140. */
const WHITE = 200;

/**
 * When the flashes start, in seconds: the time of each first white frame. Exact to one frame interval, since a flash
 * cannot start between frames; a recorder that keeps every frame's own time is exact to the clock.
 * @param tile where the peer's picture is in the frame; the whole frame by default.
 */
export async function flashTimes(file: string, tile: Rect = WHOLE): Promise<number[]> {
  const frames = await sampleFrames(file, { region: within(tile, COLOUR_PATCH), width: 1, height: 1 });
  const starts: number[] = [];
  let wasWhite = false;
  for (const { timeS, pixels } of frames) {
    const isWhite = (pixels[0] ?? 0) > WHITE;
    if (isWhite && !wasWhite) starts.push(timeS);
    wasWhite = isWhite;
  }
  return starts;
}

export interface CountedFrame {
  timeS: number;
  /** The burnt-in frame number; null where it cannot be read (another picture, a broken one). */
  counter: number | null;
}

/** The frame number in a strip of cell means: white and black cells first, bits, parity, black. */
function decodeCounter(cells: number[]): number | null {
  const [white = 0, black = 0] = cells;
  // Below a third of full contrast it is some other picture.
  if (white - black < 80) return null;
  const threshold = (white + black) / 2;
  const isWhite = cells.map((level) => level > threshold);
  const bits = isWhite.slice(2, 2 + COUNTER.bits);
  const parity = bits.filter(Boolean).length % 2 === 1;
  if (isWhite[2 + COUNTER.bits] !== parity || isWhite[3 + COUNTER.bits]) return null;
  return bits.reduce((value, bit) => value * 2 + Number(bit), 0);
}

/** The burnt-in frame number of every frame. Readable in tiles down to about 160 pixels' width. */
export async function frameCounters(file: string, tile: Rect = WHOLE): Promise<CountedFrame[]> {
  // Five samples per cell of which the middle three count, and the middle rows: edges blur when scaled.
  const perCell = 5;
  const rows = 4;
  const width = COUNTER.cells * perCell;
  const frames = await sampleFrames(file, { region: within(tile, COUNTER), width, height: rows });
  return frames.map(({ timeS, pixels }) => {
    const level = (cell: number): number => {
      const samples = [1, 2].flatMap((row) =>
        [1, 2, 3].map((part) => pixels[row * width + cell * perCell + part] ?? 0),
      );
      return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    };
    return { timeS, counter: decodeCounter(Array.from({ length: COUNTER.cells }, (_, cell) => level(cell))) };
  });
}
