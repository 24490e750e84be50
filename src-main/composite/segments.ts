import { clipWindows, type Window } from '../media/windows.ts';
import type { Interval } from './intervals.ts';

/** A piece of the composite that is encoded on its own: frames [from, to) of one interval. */
export interface Segment {
  from: number;
  to: number;
  interval: Interval;
}

/** Cuts intervals into segments: at their ends, and where the session's work is cut. Both in the same ticks. */
export function planSegments(intervals: readonly Interval[], windows: readonly Window[]): Segment[] {
  return intervals.flatMap((interval) =>
    clipWindows(windows, interval.from, interval.to).map(({ from, to }) => ({ from, to, interval })),
  );
}
