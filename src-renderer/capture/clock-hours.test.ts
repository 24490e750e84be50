import { describe, expect, test } from 'vitest';
import type { ClockSample } from '../../src-main/contract/capture.ts';
import { extendClock, sessionMs } from '../../src-main/media/clock-map.ts';
import { fitClock } from '../../src-main/recording/clock-fit.ts';
import { seededRandom } from '../../test/support/random.ts';
import { ClockSampler, RtpUnwrapper } from './clock.ts';

interface Sender {
  clockRate: number;
  /** Between frames, on its own clock. */
  stepMs: number;
  /** Its clock against ours. */
  ppm: number;
  /** Each frame comes up to so much late: the latest of its packets counts. */
  jitterMs: number;
  packets: number;
  loss: number;
  firstTimestamp: number;
  /** `[from, to]` in minutes of our time. */
  pauses: { fromMin: number; toMin: number; clockStops: boolean }[];
  /** At these minutes its timestamps begin anew. */
  resetsMin: number[];
  minutes: number;
}

interface Heard {
  /** When it was sent, in our time. */
  sentMs: number;
  fileMs: number;
}

const NETWORK_MS = 25;

/** Runs a sender against the clock as a track's recorder does; what the file has, and the samples beside it. */
function listen(sender: Sender, seed: number): { heard: Heard[]; samples: ClockSample[]; resets: number } {
  const next = seededRandom(seed);
  const unwrapper = new RtpUnwrapper(sender.clockRate);
  const sampler = new ClockSampler();
  const samples: ClockSample[] = [];
  const heard: Heard[] = [];
  let firstTicks: number | null = null;
  let paused = false;
  let [timestampMs, resetAt] = [0, 0];
  let base = sender.firstTimestamp;
  const stepMs = sender.stepMs / (1 + sender.ppm * 1e-6);
  for (let sentMs = 0; sentMs < sender.minutes * 60_000; sentMs += stepMs) {
    const pause = sender.pauses.find(({ fromMin, toMin }) => sentMs >= fromMin * 60_000 && sentMs < toMin * 60_000);
    if (pause && !paused) unwrapper.paused();
    paused = pause !== undefined;
    if (!pause?.clockStops) timestampMs += sender.stepMs;
    const reset = sender.resetsMin[resetAt];
    if (reset !== undefined && sentMs >= reset * 60_000) {
      base = Math.floor(next() * 2 ** 32);
      resetAt += 1;
    }
    if (pause || next() < sender.loss) continue;
    let late = 0;
    for (let packet = 0; packet < sender.packets; packet += 1) late = Math.max(late, next() * sender.jitterMs);
    const arrivalMs = sentMs + NETWORK_MS + late;
    const rtp = (base + Math.round((timestampMs * sender.clockRate) / 1000)) % 2 ** 32;
    const ticks = unwrapper.unwrap(rtp, arrivalMs);
    firstTicks ??= ticks;
    const fileMs = ((ticks - firstTicks) * 1000) / sender.clockRate;
    heard.push({ sentMs, fileMs });
    const sample = sampler.add(fileMs, arrivalMs);
    if (sample) samples.push(sample);
  }
  const last = sampler.end();
  return { heard, samples: last ? [...samples, last] : samples, resets: unwrapper.resets };
}

/** The mapping's error over time: found less sent, milliseconds, network time taken off. */
function errors({ heard, samples }: ReturnType<typeof listen>): number[] {
  const fit = fitClock(samples);
  if (!fit) throw new Error('no fit');
  return heard.map(({ sentMs, fileMs }) => sessionMs(fit, fileMs) - sentMs - NETWORK_MS);
}

/** The same by a clock that is frozen as it goes, as files are made during the call. */
function frozenErrors({ heard, samples }: ReturnType<typeof listen>): number[] {
  let knots: [number, number][] = [];
  let from = 0;
  const found: number[] = [];
  // Rounds of the making of files: fewer than there are in long calls, which changes little but the test's time.
  const round = Math.max(5, Math.ceil(samples.length / 150));
  for (let taken = 10; taken <= samples.length; taken += round) {
    const fit = fitClock(samples.slice(0, taken));
    const untilMs = samples[taken - 1]?.fileMs ?? 0;
    if (fit) knots = extendClock(knots, fit, untilMs);
    if (knots.length < 2) continue;
    for (; (heard[from]?.fileMs ?? Infinity) <= untilMs; from += 1) {
      const { sentMs, fileMs } = heard[from] ?? { sentMs: 0, fileMs: 0 };
      found.push(sessionMs({ offset_ms: 0, skew: 0, knots }, fileMs) - sentMs - NETWORK_MS);
    }
  }
  return found;
}

const worst = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
/** Mean of a minute's errors at the end, against the first minute's: what is heard as drift. */
const drift = (values: readonly number[], perMinute: number): number => {
  const mean = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
  return mean(values.slice(-perMinute)) - mean(values.slice(0, perMinute));
};

const AUDIO = { clockRate: 48_000, stepMs: 20, packets: 1 };
const VIDEO = { clockRate: 90_000, stepMs: 1000 / 30, packets: 8 };
const CLEAN = { ppm: 0, jitterMs: 1, loss: 0, firstTimestamp: 12_345, pauses: [], resetsMin: [], minutes: 20 };
const MUTES = [
  { fromMin: 4, toMin: 4.2, clockStops: false },
  { fromMin: 9, toMin: 11, clockStops: false },
];

describe('a track on the session clock', () => {
  test.each<[string, Sender, number]>([
    ['20 minutes, clean', { ...AUDIO, ...CLEAN }, 2],
    [
      '20 minutes, 100 ppm fast, mutes, wrap',
      { ...AUDIO, ...CLEAN, ppm: 100, pauses: MUTES, firstTimestamp: 2 ** 32 - 1e7 },
      3,
    ],
    [
      '20 minutes, 100 ppm slow, mutes, wrap',
      { ...VIDEO, ...CLEAN, ppm: -100, pauses: MUTES, firstTimestamp: 2 ** 32 - 5e7 },
      3,
    ],
    ['20 minutes, 30 ms jitter and 2 % loss, sound', { ...AUDIO, ...CLEAN, ppm: 50, jitterMs: 30, loss: 0.02 }, 5],
    // A picture of eight packets is complete with the latest of them: the least of that is above 0.
    ['20 minutes, 30 ms jitter and 2 % loss, pictures', { ...VIDEO, ...CLEAN, ppm: -50, jitterMs: 30, loss: 0.02 }, 16],
    ['3 hours, 200 ppm', { ...AUDIO, ...CLEAN, ppm: 200, jitterMs: 5, minutes: 180 }, 4],
    ['14 hours, in which pictures wrap', { ...VIDEO, ...CLEAN, stepMs: 100, ppm: -80, jitterMs: 5, minutes: 840 }, 6],
    ['its timestamps begin anew, twice', { ...VIDEO, ...CLEAN, jitterMs: 3, resetsMin: [3, 12] }, 45],
    [
      'its clock stands still in its pauses',
      { ...AUDIO, ...CLEAN, jitterMs: 3, pauses: MUTES.map((pause) => ({ ...pause, clockStops: true })) },
      25,
    ],
  ])('%s', (_name, sender, toleranceMs) => {
    const heard = listen(sender, 3);
    const found = errors(heard);
    expect(worst(found)).toBeLessThanOrEqual(toleranceMs);
    expect(Math.abs(drift(found, 60_000 / sender.stepMs))).toBeLessThanOrEqual(15);
    const frozen = frozenErrors(heard);
    expect(frozen.length).toBeGreaterThan(0.9 * found.length);
    expect(Math.abs(drift(frozen, 60_000 / sender.stepMs))).toBeLessThanOrEqual(15);
  });

  test('any seed: two tracks of a peer stay within 15 ms over 20 minutes', () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const next = seededRandom(seed);
      const any = (from: number, to: number): number => from + next() * (to - from);
      const common = { jitterMs: any(0, 10), loss: any(0, 0.03), resetsMin: [], minutes: 20 };
      const pauses = [{ fromMin: any(2, 5), toMin: any(5, 8), clockStops: next() < 0.3 }];
      const timestamp = (): number => Math.floor(next() * 2 ** 32);
      const sound = listen({ ...AUDIO, ...common, pauses, ppm: any(-100, 100), firstTimestamp: timestamp() }, seed);
      const picture = listen(
        { ...VIDEO, ...common, pauses: [], ppm: any(-100, 100), firstTimestamp: timestamp() },
        seed + 99,
      );
      const drifts = [drift(errors(sound), 3000), drift(errors(picture), 1800)] as const;
      expect(Math.abs(drifts[0] - drifts[1]), `seed ${seed}: ${drifts.join(', ')}`).toBeLessThanOrEqual(15);
    }
  });
});
