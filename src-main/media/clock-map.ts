import type { SessionTrack } from '../contract/session.ts';

/** A track's way from its file's time to the session's, both in milliseconds; see `trackSchema.clock`. */
export type TrackClock = SessionTrack['clock'];

/** A straight piece of it: `session = offset + rate * file` from `fromFileMs` on. */
export interface ClockPiece {
  fromFileMs: number;
  offsetMs: number;
  rate: number;
}

/** The pieces of a clock, in order; the first holds from the file's beginning, the last to its end. */
export function clockPieces({ offset_ms, skew, knots = [] }: TrackClock): ClockPiece[] {
  const [first, second] = knots;
  if (!first || !second) return [{ fromFileMs: -Infinity, offsetMs: offset_ms, rate: 1 + skew }];
  return knots.slice(1).map(([file, session], i) => {
    const [fromFileMs, fromSessionMs] = knots[i] ?? first;
    const rate = (session - fromSessionMs) / (file - fromFileMs);
    return { fromFileMs: i === 0 ? -Infinity : fromFileMs, offsetMs: fromSessionMs - rate * fromFileMs, rate };
  });
}

/** Session time of a time in a track's file. */
export function sessionMs(clock: TrackClock, fileMs: number): number {
  const piece = clockPieces(clock).findLast(({ fromFileMs }) => fromFileMs <= fileMs);
  return piece ? piece.offsetMs + piece.rate * fileMs : fileMs;
}

/** A correction is spread so that nobody sees or hears it: at most a millisecond in a second. */
const MAX_CORRECTION = 1e-3;
/** Below this the clock is left alone, and its sound is not resampled. */
const NO_CORRECTION_MS = 1;

/**
 * Goes on with a frozen clock to `fileMs`: what was made up to its last knot stays as it is, and from there the line
 * leads to what the fit says now. A stretch that needs no correction has exactly the sender's own rate.
 */
export function extendClock(
  knots: readonly [number, number][],
  fit: { offset_ms: number; skew: number },
  fileMs: number,
): [number, number][] {
  const wanted = (file: number): number => fit.offset_ms + (1 + fit.skew) * file;
  const last = knots.at(-1);
  if (!last)
    return fileMs > 0
      ? [
          [0, wanted(0)],
          [fileMs, wanted(0) + fileMs],
        ]
      : [];
  const span = fileMs - last[0];
  if (span <= 0) return [...knots];
  const off = wanted(fileMs) - (last[1] + span);
  const correction = Math.abs(off) < NO_CORRECTION_MS ? 0 : clamp(off / span, MAX_CORRECTION);
  const next: [number, number] = [fileMs, last[1] + span * (1 + correction)];
  const before = knots.at(-2);
  const straight = before !== undefined && last[1] - before[1] === last[0] - before[0];
  return correction === 0 && straight
    ? [...knots.slice(0, -1), [fileMs, before[1] + (fileMs - before[0])]]
    : [...knots, next];
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
