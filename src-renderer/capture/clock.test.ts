import { describe, expect, test } from 'vitest';
import { ClockSampler, RtpUnwrapper } from './clock.ts';

describe('RTP timestamps', () => {
  test.each([
    ['in order', [100, 1060, 2020], [100, 1060, 2020]],
    ['across the wrap', [0xffffffff - 10, 949], [4294967285, 4294968245]],
    ['late across the wrap', [0xfffffff0, 0x10, 0xfffffff8], [4294967280, 4294967312, 4294967288]],
    ['late packets', [5000, 7000, 6000, 8000], [5000, 7000, 6000, 8000]],
  ])('%s', (_name, given, expected) => {
    const unwrapper = new RtpUnwrapper(48_000);
    expect(given.map((timestamp, i) => unwrapper.unwrap(timestamp, i * 20))).toEqual(expected);
  });

  test.each<[string, [rtp: number, arrivalMs: number][], number[]]>([
    [
      'begun anew ahead',
      [
        [0, 0],
        [900_000, 20],
        [900_960, 40],
      ],
      [0, 960, 1920],
    ],
    [
      'begun anew behind',
      [
        [4_000_000, 0],
        [4_000_960, 20],
        [7, 40],
        [967, 60],
      ],
      [4_000_000, 4_000_960, 4_001_920, 4_002_880],
    ],
    [
      'that stood still in a pause of two minutes',
      [
        [0, 0],
        [960, 120_000],
      ],
      [0, 5_760_000],
    ],
    [
      'after a wait of 30 hours, in which they wrapped',
      [
        [0, 0],
        [894_032_704, 108_000_000],
      ],
      [0, 5_184_000_000],
    ],
  ])('%s go on by arrival', (_name, given, expected) => {
    const unwrapper = new RtpUnwrapper(48_000);
    expect(given.map(([rtp, arrivalMs]) => unwrapper.unwrap(rtp, arrivalMs))).toEqual(expected);
    expect(unwrapper.resets).toBe(1);
  });

  test('an outage of 8 s, and a machine that stalls for 8 s, leave them as they are', () => {
    const unwrapper = new RtpUnwrapper(48_000);
    const given = [
      [0, 0],
      [384_000, 8000],
      [384_960, 16_000],
      [385_920, 16_000],
      [768_000, 16_000],
    ] as const;
    expect(given.map(([rtp, arrivalMs]) => unwrapper.unwrap(rtp, arrivalMs))).toEqual(given.map(([rtp]) => rtp));
    expect(unwrapper.resets).toBe(0);
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

test('another layer begins a window, and its first sample says where', () => {
  const sampler = new ClockSampler(1000);
  sampler.add(0, 130);
  expect(sampler.switch(40)).toEqual({ fileMs: 0, arrivalMs: 130 });
  expect(sampler.add(40, 160)).toBeNull();
  sampler.add(80, 195);
  expect(sampler.add(1100, 1300)).toEqual({ fileMs: 80, arrivalMs: 195, switchMs: 40 });
  expect(sampler.end()).toEqual({ fileMs: 1100, arrivalMs: 1300 });
});
