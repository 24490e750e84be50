import type { Rect } from './layout.ts';

/** Sizes and colours of what is drawn beside the pictures themselves. */
export const COLOURS = { background: '0x15171a', letterbox: '0x1d2024' };

/** What the picture says while no tile is there. */
export const EMPTY_TEXT = 'Nobody is in the call';

/** Where a tile's name label goes: its lower left corner. `maxWidth` leaves the same margin on the right. */
export interface LabelPlace {
  height: number;
  maxWidth: number;
  x: number;
  y: number;
}

/** Share of a tile's height; within bounds that are readable at 480p and not loud at 1080p. */
const LABEL_SHARE = 0.09;
const LABEL_MIN = 18;
const LABEL_MAX_SHARE_OF_CANVAS = 0.05;

/** The label's place in a tile; null where the tile is too small for one. */
export function labelPlace(tile: Rect, canvasHeight: number): LabelPlace | null {
  const largest = Math.max(LABEL_MIN, canvasHeight * LABEL_MAX_SHARE_OF_CANVAS);
  const height = even(Math.min(largest, Math.max(LABEL_MIN, tile.height * LABEL_SHARE)));
  const margin = even(height * 0.4);
  const maxWidth = even(tile.width - 2 * margin);
  if (maxWidth < height || tile.height < height * 2) return null;
  return { height, maxWidth, x: tile.x + margin, y: tile.y + tile.height - height - margin };
}

const even = (value: number): number => Math.round(value / 2) * 2;
