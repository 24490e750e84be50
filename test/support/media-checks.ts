import type { Rect } from './publisher/pattern.ts';
import { flashTimes } from './media/flashes.ts';
import { WHOLE } from './media/frames.ts';
import { beepTimes } from './media/sound.ts';

/** Everything that reads recordings by their content: flashes, beeps, counters, colours, and the container's facts. */
export * from './media/container.ts';
export * from './media/flashes.ts';
export * from './media/frames.ts';
export * from './media/sound.ts';

/**
 * Lip-sync that a test may ask for: EBU R37 allows 40 ms of sound before and 60 ms after the picture. In the test signal
 * the flash falls on a frame (33 ms at 30 fps), so half a frame of it is the signal's own.
 */
export const LIP_SYNC_LEAD_MS = 40;
export const LIP_SYNC_LAG_MS = 60;

export interface SyncPoint {
  flashS: number;
  /** Beep minus flash: positive is sound after picture. */
  offsetMs: number;
}

/** Pairs every flash with the nearest beep within `withinMs`; what has no partner is left out. */
export function pairEvents(flashes: number[], beeps: number[], withinMs = 400): SyncPoint[] {
  return flashes.flatMap((flashS) => {
    const nearest = beeps.reduce<number | null>(
      (best, beep) => (best === null || Math.abs(beep - flashS) < Math.abs(best - flashS) ? beep : best),
      null,
    );
    const offsetMs = nearest === null ? Infinity : (nearest - flashS) * 1000;
    return Math.abs(offsetMs) <= withinMs ? [{ flashS, offsetMs }] : [];
  });
}

/** Sound against picture at every flash of a peer, whose tone and tile are given. */
export async function syncPoints(file: string, frequencyHz: number, tile: Rect = WHOLE): Promise<SyncPoint[]> {
  return pairEvents(await flashTimes(file, tile), await beepTimes(file, frequencyHz));
}

/** How regular events that should be a second apart are: the largest deviation from a straight line, in milliseconds. */
export function worstJitterMs(timesS: number[]): number {
  const first = timesS[0] ?? 0;
  const offsets = timesS.map((timeS) => (timeS - first - Math.round(timeS - first)) * 1000);
  const mean = offsets.reduce((sum, offset) => sum + offset, 0) / Math.max(1, offsets.length);
  return offsets.reduce((worst, offset) => Math.max(worst, Math.abs(offset - mean)), 0);
}
