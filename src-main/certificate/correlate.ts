import { crossCorrelate } from './fft.ts';

/** Finding a piece of sound in another. Pure. */

/** Both are brought to this rate first: speech has its body below 4 kHz, and the search stays cheap. */
const DECIMATION = 6;
const RATE = 48_000 / DECIMATION;
/** Below -60 dBFS there is nothing to find. */
const SILENT_RMS = 0.001;
/** A match of a voice in a mix of several is well above what two voices have in common by chance. */
const MIN_MATCH = 0.35;
/** A second place that matches nearly as well (a tone, a hum): the piece cannot be told where it is. */
const MAX_SECOND = 0.98;
const OWN_PEAK = 0.005 * RATE;

/**
 * Where `piece` begins in `sound`, in samples at 48 kHz (to about a tenth of a millisecond); null where it is silent, is
 * not found, or is found in more places than one. Both are mono at 48 kHz.
 */
export function locate(piece: Float32Array, sound: Float32Array): number | null {
  const [p, s] = [decimate(piece), decimate(sound)];
  const lags = s.length - p.length + 1;
  const own = energy(p, 0, p.length);
  if (lags < 3 || Math.sqrt(own / p.length) < SILENT_RMS) return null;
  const scores = new Float64Array(lags);
  let theirs = energy(s, 0, p.length);
  const products = crossCorrelate(p, s);
  for (let lag = 0; lag < lags; lag++) {
    scores[lag] = (products[lag] ?? 0) / Math.sqrt(own * Math.max(theirs, own * 1e-6));
    theirs += (s[lag + p.length] ?? 0) ** 2 - (s[lag] ?? 0) ** 2;
  }
  const best = scores.reduce((at, score, lag) => (score > (scores[at] ?? 0) ? lag : at), 0);
  const top = scores[best] ?? 0;
  const second = scores.reduce(
    (most, score, lag) => (Math.abs(lag - best) > OWN_PEAK ? Math.max(most, score) : most),
    0,
  );
  if (top < MIN_MATCH || second > top * MAX_SECOND || best === 0 || best === lags - 1) return null;
  const [before, after] = [scores[best - 1] ?? 0, scores[best + 1] ?? 0];
  const curve = before - 2 * top + after;
  return (best + (curve === 0 ? 0 : (0.5 * (before - after)) / curve)) * DECIMATION;
}

/** Means of six samples: the same for both, so that what it delays cancels out. */
function decimate(sound: Float32Array): Float32Array {
  return Float32Array.from({ length: Math.floor(sound.length / DECIMATION) }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < DECIMATION; k++) sum += sound[i * DECIMATION + k] ?? 0;
    return sum / DECIMATION;
  });
}

function energy(sound: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (sound[i] ?? 0) ** 2;
  return sum;
}
