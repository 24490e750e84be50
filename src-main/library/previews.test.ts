import { describe, expect, it } from 'vitest';
import { spriteAt } from '../contract/app-urls.ts';
import { bucketMs, PeakMeter } from './peaks.ts';
import { planSprites, spritesVtt } from './sprites.ts';

describe('planSprites', () => {
  it.each([
    [1, 1280, 720, { intervalMs: 3000, count: 1, columns: 1, rows: 1, tileWidth: 160, tileHeight: 90, sheets: 1 }],
    [14_000, 640, 480, { count: 5, columns: 5, rows: 1, tileWidth: 160, tileHeight: 120, sheets: 1 }],
    [75_100, 720, 1280, { count: 26, columns: 5, rows: 5, tileWidth: 90, tileHeight: 160, sheets: 2 }],
    [3_600_000, 1280, 720, { intervalMs: 12_000, count: 300, sheets: 12 }],
    [36_000_000, 4096, 2, { intervalMs: 120_000, count: 300, tileWidth: 160, tileHeight: 2 }],
  ])('%d ms of %dx%d', (durationMs, width, height, expected) =>
    expect(planSprites(durationMs, width, height)).toMatchObject(expected),
  );

  it('covers the whole file with cues that touch', () => {
    const plan = planSprites(76_000, 1280, 720);
    const vtt = spritesVtt(plan, 76_000, (sheet) => `s-${sheet}.jpg`);
    const cues = [...vtt.matchAll(/^(\S+) --> (\S+)\n(\S+)$/gm)].map(([, from, to, where]) => [from, to, where]);
    expect(cues).toHaveLength(26);
    expect(cues[0]).toEqual(['00:00:00.000', '00:00:03.000', 's-0.jpg#xywh=0,0,160,90']);
    expect(cues[25]).toEqual(['00:01:15.000', '00:01:16.000', 's-1.jpg#xywh=0,0,160,90']);
    cues.slice(1).forEach(([from], i) => expect(from).toBe(cues[i]?.[1]));
  });
});

it.each([
  [-5, 'a', 0, 0],
  [0, 'a', 0, 0],
  [5999, 'a', 100, 0],
  [6000, 'a', 0, 50],
  [11_000, 'a', 100, 50],
  [12_000, 'b', 0, 0],
  [1e9, 'b', 0, 0],
])('finds the tile for %d ms', (timeMs, url, x, y) => {
  const sprites = { intervalMs: 3000, count: 5, columns: 2, rows: 2, tileWidth: 100, tileHeight: 50 };
  const found = spriteAt({ ...sprites, sheetUrls: ['a', 'b'] }, timeMs);
  expect(found).toEqual({ url, x, y, width: 100, height: 50 });
});

describe('PeakMeter', () => {
  const pcm = (samples: number[]): Uint8Array => new Uint8Array(Int16Array.from(samples).buffer);

  it('keeps the loudest of each bucket, also where bytes come cut in the middle of a sample', () => {
    const meter = new PeakMeter(50);
    const samples = Array.from({ length: 2 * 2400 + 10 }, (_, i) => (i === 7 ? -32_768 : i === 2400 ? 16_384 : 3));
    const bytes = pcm(samples);
    for (let at = 0; at < bytes.length; at += 7) meter.push(bytes.subarray(at, at + 7));
    expect(meter.finish()).toEqual([255, 128, 0]);
  });

  it('has no more buckets than anybody can draw', () => {
    expect(bucketMs(10_000)).toBe(50);
    expect((10 * 3_600_000) / bucketMs(10 * 3_600_000)).toBeLessThanOrEqual(12_000);
  });
});
