import type { ClockSample } from '../contract/capture.ts';

/** Less is jitter, and the larger frames of a larger layer, which take longer to arrive. */
const LEAST_MS = 10;
/** More is not a server's adjustment: mediasoup's is at most 75 ms. */
const MOST_MS = 120;
/** Delay is compared over so long a time before and after. */
const NEAR_MS = 20_000;

/**
 * Where the server moved a picture's timestamps, and by how much they are to be moved back: `[file_ms, shift_ms]`, from
 * the first on. A server that changes the layer it sends keeps timestamps rising and moves those of the new layer on by a
 * few frames for it. Frames then seem to arrive that much sooner than before, all of a sudden.
 * @param samples of one track's clock, in the order of its file.
 */
export function clockSteps(samples: readonly ClockSample[]): [number, number][] {
  const steps: [number, number][] = [];
  let shiftMs = 0;
  for (const [i, { switchMs }] of samples.entries()) {
    if (switchMs === undefined) continue;
    const next = samples.findIndex((sample, at) => at > i && sample.switchMs !== undefined);
    const previous = samples.findLastIndex((sample, at) => at < i && sample.switchMs !== undefined);
    const isNear = ({ fileMs }: ClockSample): boolean => Math.abs(fileMs - switchMs) <= NEAR_MS;
    const before = leastDelay(samples.slice(Math.max(0, previous), i).filter(isNear));
    const after = leastDelay(samples.slice(i, next < 0 ? undefined : next).filter(isNear));
    const step = after - before;
    if (!(Math.abs(step) >= LEAST_MS && Math.abs(step) <= MOST_MS)) continue;
    shiftMs += step;
    // The file's times are whole milliseconds.
    steps.push([Math.floor(switchMs), Math.round(shiftMs * 10) / 10]);
  }
  return steps;
}

const leastDelay = (samples: readonly ClockSample[]): number =>
  Math.min(...samples.map(({ fileMs, arrivalMs }) => arrivalMs - fileMs));

/** A time in a track's file, with what the server moved it by undone. */
export function unstepped(steps: readonly [number, number][], fileMs: number): number {
  return fileMs + (steps.findLast(([from]) => from <= fileMs)?.[1] ?? 0);
}

/** Samples with what the server moved their timestamps by undone. */
export function withoutSteps(
  samples: readonly ClockSample[],
  steps: readonly [number, number][],
): readonly ClockSample[] {
  if (steps.length === 0) return samples;
  return samples.map((sample) => ({ ...sample, fileMs: unstepped(steps, sample.fileMs) }));
}
