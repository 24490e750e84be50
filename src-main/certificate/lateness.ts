import type { PicturePlan } from '../media/pictures.ts';
import type { FrameIndex } from '../media/video-track.ts';

/**
 * How late each shown frame of a stream is in a file: the time at which the file has it minus the time at which it was
 * captured. Frames are found in the file by their place; what the file says of that place's time is what counts. Pure.
 * @param frameTimesMs file time of each picture
 * @param startMs session time of the file's time 0
 * @returns per track, one value for each frame shown
 */
export function pictureLateness(
  plan: PicturePlan,
  indexes: readonly FrameIndex[],
  frameTimesMs: Float64Array,
  startMs: number,
): number[][] {
  const late = indexes.map((): number[] => []);
  for (const { from, to, track } of plan.parts) {
    const ticks = track === null ? undefined : plan.frameTicks[track];
    const index = track === null ? undefined : indexes[track];
    if (track === null || !ticks || !index) continue;
    for (let i = lowerBound(ticks, from); i < ticks.length; i++) {
      const tick = ticks[i] ?? 0;
      if (tick >= to) break;
      // Of two frames on one place the later one is shown.
      if (ticks[i + 1] === tick || index.damaged[i] === 1) continue;
      const shownAt = frameTimesMs[tick];
      if (shownAt !== undefined) late[track]?.push(startMs + shownAt - (index.timesMs[i] ?? 0));
    }
  }
  return late;
}

/** Index of the first value that is at least `value`; values never decrease. */
function lowerBound(values: Int32Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface LatenessStats {
  frames: number;
  mean_ms: number;
  p95_ms: number;
  worst_ms: number;
}

/** Mean with its sign; 95th percentile and worst by size. Null for no frames. */
export function latenessStats(values: readonly number[]): LatenessStats | null {
  if (values.length === 0) return null;
  const sizes = values.map(Math.abs).sort((a, b) => a - b);
  return {
    frames: values.length,
    mean_ms: hundredth(values.reduce((sum, value) => sum + value, 0) / values.length),
    p95_ms: hundredth(sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * 0.95))] ?? 0),
    worst_ms: hundredth(sizes.at(-1) ?? 0),
  };
}

export const hundredth = (value: number): number => Math.round(value * 100) / 100;
