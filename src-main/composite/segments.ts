import type { Interval } from './intervals.ts';

/** A piece of the composite that is encoded on its own: frames [from, to) of one interval. */
export interface Segment {
  from: number;
  to: number;
  interval: Interval;
}

/**
 * Longest segment: a whole number of GOPs, so that its first key frame costs nothing. Each one decodes its tracks from
 * the last key frame before it (about 5 s on average), so short ones cost; of long ones the last, made after the call,
 * keeps everybody waiting.
 */
export const MAX_SEGMENT_S = 9;

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
