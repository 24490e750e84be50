import { describe, expect, test } from 'vitest';
import { ClockSampler, RtpUnwrapper } from './clock.ts';

describe('RTP timestamps', () => {
  test.each([
    ['in order', [100, 1060, 2020], [100, 1060, 2020]],
    ['across the wrap', [0xffffffff - 10, 949], [4294967285, 4294968245]],
    ['late across the wrap', [0xfffffff0, 0x10, 0xfffffff8], [4294967280, 4294967312, 4294967288]],
    ['late packets', [5000, 7000, 6000, 8000], [5000, 7000, 6000, 8000]],
  ])('%s', (_name, given, expected) => {
    const unwrapper = new RtpUnwrapper();
    expect(given.map((timestamp) => unwrapper.unwrap(timestamp))).toEqual(expected);
  });
});

test('the clock sample of a window is the frame that came least late', () => {
  const sampler = new ClockSampler(1000);
  const arrivals = [
    [0, 130],
    [20, 121],
    [40, 190],
    [1100, 1201],
  ] as const;
  const samples = arrivals.map(([fileMs, arrivalMs]) => sampler.add(fileMs, arrivalMs));
  expect(samples).toEqual([null, null, null, { fileMs: 20, arrivalMs: 121 }]);
  expect(sampler.end()).toEqual({ fileMs: 1100, arrivalMs: 1201 });
  expect(sampler.end()).toBeNull();
});
