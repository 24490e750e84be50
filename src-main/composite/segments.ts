import type { Interval } from './intervals.ts';

/** A piece of the composite that is encoded on its own: frames [from, to) of one interval. */
export interface Segment {
  from: number;
  to: number;
  interval: Interval;
}

/**
 * Longest segment. Each one decodes its tracks from the last key frame before it (about 5 s on average), so short ones
 * cost; long ones keep the last one, made after the call, waiting.
 */
export const MAX_SEGMENT_S = 45;

/** Cuts intervals into segments, counted from each interval's start: an interval that goes on keeps its earlier ones. */
export function planSegments(intervals: readonly Interval[], fps: number): Segment[] {
  const size = MAX_SEGMENT_S * fps;
  return intervals.flatMap((interval) => {
    const count = Math.ceil((interval.to - interval.from) / size);
    return Array.from({ length: count }, (_, i) => {
      const from = interval.from + i * size;
      return { from, to: Math.min(interval.to, from + size), interval };
    });
  });
}
