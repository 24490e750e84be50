import { ffmpegBin, runOk } from '../programs.ts';

export const SAMPLE_RATE = 48_000;

/**
 * A file's first audio track as mono samples from time 0 of the file's time line: edit lists applied, and what starts
 * later or has holes filled with silence, as players do.
 */
export async function decodeSound(file: string): Promise<Float32Array> {
  const { stdout } = await runOk(ffmpegBin(), [
    ...['-v', 'error', '-nostdin', '-copyts', '-i', file, '-map', '0:a:0', '-vn'],
    ...['-af', `aresample=${SAMPLE_RATE}:async=1:min_hard_comp=0.005:first_pts=0:ocl=stereo,pan=mono|c0=0.5*c0+0.5*c1`],
    ...['-f', 'f32le', 'pipe:1'],
  ]);
  const bytes = new Uint8Array(stdout);
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

/** Half the length of the smoothing window: tones 300 Hz apart do not touch, and an onset stays sharp. */
const HALF_WINDOW_MS = 8;
/** Envelope resolution. */
const HOP = SAMPLE_RATE / 1000;

/**
 * Amplitude of one frequency over time, one value a millisecond: the signal is shifted to 0 Hz and smoothed with a
 * symmetric Hann window, so an onset is where half of the final amplitude is reached.
 */
export function toneEnvelope(sound: Float32Array, frequencyHz: number): Float32Array {
  const half = (HALF_WINDOW_MS * SAMPLE_RATE) / 1000;
  const window = Float64Array.from(
    { length: 2 * half },
    (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 0.5)) / (2 * half)),
  );
  const gain = 2 / window.reduce((sum, weight) => sum + weight, 0);
  const step = (2 * Math.PI * frequencyHz) / SAMPLE_RATE;
  const real = sound.map((value, n) => value * Math.cos(step * n));
  const imaginary = sound.map((value, n) => value * Math.sin(step * n));
  return Float32Array.from({ length: Math.floor(sound.length / HOP) }, (_, index) => {
    const first = index * HOP - half;
    const end = Math.min(window.length, sound.length - first);
    let [sumReal, sumImaginary] = [0, 0];
    for (let n = Math.max(0, -first); n < end; n += 1) {
      const weight = window[n] ?? 0;
      sumReal += weight * (real[first + n] ?? 0);
      sumImaginary += weight * (imaginary[first + n] ?? 0);
    }
    return gain * Math.hypot(sumReal, sumImaginary);
  });
}

export interface Beep {
  startS: number;
  durationS: number;
  amplitude: number;
}

/** Quieter than this is no beep: a quarter of the softest that a mix of eight peers leaves of BEEP_AMPLITUDE. */
const SILENT = 0.01;

/**
 * Beeps of one frequency in a sound: start (to about 1 ms), length and amplitude. A hole of less than 5 ms, and a beep of
 * less than 20 ms (clicks of other peers' onsets), is not taken for one.
 */
export function findBeeps(sound: Float32Array, frequencyHz: number): Beep[] {
  const envelope = toneEnvelope(sound, frequencyHz);
  const loudest = envelope.reduce((max, value) => Math.max(max, value), 0);
  if (loudest < SILENT) return [];
  const threshold = loudest / 4;
  const spans: [number, number][] = [];
  for (let index = 0; index < envelope.length; index += 1) {
    if ((envelope[index] ?? 0) < threshold) continue;
    const last = spans.at(-1);
    if (last && index - last[1] <= 5) last[1] = index;
    else spans.push([index, index]);
  }
  return spans
    .filter(([from, to]) => to - from >= 20)
    .map(([from, to]) => {
      const middle = Array.from(envelope.subarray(from + 8, Math.max(from + 9, to - 8))).sort((a, b) => a - b);
      const amplitude = middle[middle.length >> 1] ?? 0;
      const startS = crossing(envelope, from, amplitude / 2, 1) / 1000;
      return { startS, durationS: crossing(envelope, to, amplitude / 2, -1) / 1000 - startS, amplitude };
    });
}

/** Where the envelope crosses a level near `index`, in milliseconds, interpolated. `direction` 1 is a rise. */
function crossing(envelope: Float32Array, index: number, level: number, direction: 1 | -1): number {
  let inside = index;
  while ((envelope[inside] ?? level) < level) inside += direction;
  while ((envelope[inside - direction] ?? 0) >= level && inside - direction >= 0) inside -= direction;
  const high = envelope[inside] ?? level;
  const low = envelope[inside - direction] ?? 0;
  return inside - direction * (high > low ? (high - level) / (high - low) : 0);
}

/** When the beeps of one frequency start, in seconds. Exact to about 1 ms; to 4 ms in a mix of eight that a limiter squeezes. */
export async function beepTimes(file: string, frequencyHz: number): Promise<number[]> {
  return findBeeps(await decodeSound(file), frequencyHz).map(({ startS }) => startS);
}

/**
 * Spans in which a tone that should sound all the time is missing (below a third of its median amplitude), `[from, to]`
 * in seconds. A hole of one lost Opus frame (20 ms) shows; shorter ones than 10 ms are below the window's resolution.
 */
export function toneGaps(sound: Float32Array, frequencyHz: number, fromS = 0, toS = Infinity): [number, number][] {
  const envelope = toneEnvelope(sound, frequencyHz);
  const [from, to] = [Math.round(fromS * 1000), Math.min(envelope.length, Math.round(toS * 1000))];
  const sorted = Array.from(envelope.subarray(from, to)).sort((a, b) => a - b);
  const threshold = (sorted[sorted.length >> 1] ?? 0) / 3;
  if (threshold < SILENT / 10) return [[from / 1000, to / 1000]];
  const gaps: [number, number][] = [];
  for (let index = from; index < to; index += 1) {
    if ((envelope[index] ?? 0) >= threshold) continue;
    const last = gaps.at(-1);
    if (last && index / 1000 - last[1] < 0.0015) last[1] = index / 1000;
    else gaps.push([index / 1000, index / 1000]);
  }
  return gaps.filter(([start, end]) => end - start >= 0.009);
}
