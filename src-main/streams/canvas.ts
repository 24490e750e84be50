import type { PictureSize } from '../media/keyframe.ts';

const SMALLEST: PictureSize = { width: 320, height: 180 };
/** H.264 level 5.1, which every player decodes, ends at 36,864 macroblocks: 4096x2304. */
const LARGEST_SIDE = 4096;

/** The largest of a stream's picture sizes (by area), with even sides; null for a stream without video. */
export function canvasSize(sizes: readonly PictureSize[]): PictureSize | null {
  if (sizes.length === 0) return null;
  const largest = sizes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
  if (largest.width <= 0 || largest.height <= 0) return SMALLEST;
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(largest.width, largest.height));
  const even = (side: number): number => Math.max(2, Math.ceil((side * shrink) / 2) * 2);
  return { width: even(largest.width), height: even(largest.height) };
}
