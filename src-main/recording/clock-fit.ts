import type { ClockSample } from '../contract/capture.ts';

/** `session_ms = offset_ms + (1 + skew) * file_ms` */
export interface ClockMapping {
  offset_ms: number;
  /** Relative rate of the session clock against the track's clock; 1e-5 is 10 ppm. */
  skew: number;
}

/** Shorter tracks say nothing about the rate of their clock: jitter would be taken for skew. */
const SKEW_NEEDS_MS = 60_000;
const BUCKET_MS = 10_000;
/** Sound cards and cameras are within this of each other; more is a broken measurement. */
const MAX_SKEW = 1e-3;

/**
 * The mapping from a track's file time to session time. Delay only ever adds, so the least delayed frames (the lower
 * envelope of arrival minus timestamp) lie on the line that is sought.
 */
export function fitClock(samples: readonly ClockSample[]): ClockMapping | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return null;
  const span = last.fileMs - first.fileMs;
  const skew = span < SKEW_NEEDS_MS ? 0 : Math.max(-MAX_SKEW, Math.min(MAX_SKEW, slope(bucketMinima(samples))));
  const offset_ms = Math.min(...samples.map(({ fileMs, arrivalMs }) => arrivalMs - (1 + skew) * fileMs));
  return { offset_ms, skew };
}

interface Point {
  x: number;
  y: number;
}

function bucketMinima(samples: readonly ClockSample[]): Point[] {
  const minima = new Map<number, Point>();
  for (const { fileMs, arrivalMs } of samples) {
    const bucket = Math.floor(fileMs / BUCKET_MS);
    const point = { x: fileMs, y: arrivalMs - fileMs };
    const best = minima.get(bucket);
    if (!best || point.y < best.y) minima.set(bucket, point);
  }
  return [...minima.values()];
}

/** Least squares. */
function slope(points: readonly Point[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const covariance = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  const variance = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
