/** Where the work of a session is cut into pieces: the same places for all its files. Pure. */

/** The key frames of a video track, in ticks, and where the track lies. */
export interface KeyedTrack {
  keys: Int32Array;
  from: number;
  to: number;
}

/** Ticks [from, to). */
export interface Window {
  from: number;
  to: number;
}

/**
 * Short ones cost the start of a program each; of long ones the last, which is made after the call, keeps everybody
 * waiting. The recorder asks for key frames every 10 s, so there is one within reach.
 */
const SHORTEST_S = 6;
export const LONGEST_S = 11;
/** What the start of a window costs, in frames decoded. */
const START_COST = 100;

/**
 * Cuts the ticks from `start` into windows. A window begins with decoding from the last key frame of each track before
 * it, so it begins where that is least: where a key frame is. Nothing that comes after a window's longest possible end
 * has a say in where it ends: windows of a call that goes on stay where they are.
 * @param settled no window whose end something after this tick might move; Infinity for a session that is over
 * @param end the last tick; what is left of the last window ends there
 */
export function planWindows(
  tracks: readonly KeyedTrack[],
  { start, end, settled, fps }: { start: number; end: number; settled: number; fps: number },
): Window[] {
  const [shortest, longest] = [SHORTEST_S * fps, LONGEST_S * fps];
  const windows: Window[] = [];
  let from = start;
  while (from < end) {
    const last = from + longest;
    if (last > settled) break;
    const to = last >= end && settled === Infinity ? end : cheapest(tracks, from, from + shortest, last);
    windows.push({ from, to });
    from = to;
  }
  return windows;
}

function cheapest(tracks: readonly KeyedTrack[], from: number, first: number, last: number): number {
  const places = new Set([first, last]);
  for (const { keys } of tracks) {
    for (let k = indexAfter(keys, first); k < keys.length && (keys[k] ?? 0) <= last; k++) places.add(keys[k] ?? last);
  }
  let best = { place: last, cost: Infinity };
  for (const place of [...places].sort((a, b) => a - b)) {
    const decoded = tracks.reduce((sum, track) => sum + sinceKey(track, place), 0);
    const cost = (START_COST + decoded) / (place - from);
    if (cost <= best.cost) best = { place, cost };
  }
  return best.place;
}

/** Frames that are decoded for nothing where a window begins at a tick. */
function sinceKey({ keys, from, to }: KeyedTrack, tick: number): number {
  if (tick <= from || tick >= to) return 0;
  const key = keys[indexAfter(keys, tick) - 1];
  return key === undefined ? 0 : tick - key;
}

/** Index of the first of ascending numbers that is greater. */
function indexAfter(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The windows' parts in [from, to). */
export function clipWindows(windows: readonly Window[], from: number, to: number): Window[] {
  return windows
    .filter((window) => window.from < to && window.to > from)
    .map((window) => ({ from: Math.max(window.from, from), to: Math.min(window.to, to) }));
}
