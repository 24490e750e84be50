import { appendFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ClockSample } from '../contract/capture.ts';
import { trackClockFile } from '../contract/ids.ts';
import { fitClock } from './clock-fit.ts';
import { ClockSamples } from './clock-samples.ts';

test('a growing clock file is followed, and fits as the whole does', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-clock-'));
  const file = join(dir, trackClockFile('a'));
  await mkdir(dirname(file), { recursive: true });
  const samples = new ClockSamples(dir);
  const all: ClockSample[] = [];
  expect(await samples.read('a')).toEqual([]);
  for (let second = 0; second < 900; second += 1) {
    const fileMs = second * 1000;
    const sample = { fileMs, arrivalMs: 200 + 1.00005 * fileMs + ((second * 7) % 13) };
    all.push(sample);
    const line = JSON.stringify(sample);
    // A line may be on disk in two parts when it is read.
    await appendFile(file, line.slice(0, 20));
    if (second % 50 === 0) await samples.read('a');
    await appendFile(file, `${line.slice(20)}\n`);
  }
  await appendFile(file, '{"fileMs": 12');
  const thinned = await samples.read('a');
  expect(thinned).toHaveLength(90);
  const [whole, thin] = [fitClock(all), fitClock(thinned)];
  for (const fileMs of [0, 450_000, 900_000]) {
    const at = (fit: typeof whole): number => (fit?.offset_ms ?? NaN) + (1 + (fit?.skew ?? NaN)) * fileMs;
    expect(Math.abs(at(whole) - at(thin))).toBeLessThan(0.6);
  }
});
