import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter.ts';
import { mix, type MixSource } from './mix.ts';
import { retime } from './retime.ts';
import type { PcmBlock } from './sound.ts';

const block = (position: number, values: number[]): PcmBlock => ({
  position,
  data: Float32Array.from(values.flatMap((value) => [value, value])),
});

async function* from(...blocks: PcmBlock[]): AsyncGenerator<PcmBlock, void, undefined> {
  yield* blocks;
}

const left = (data: Float32Array): number[] => [...data].filter((_, i) => i % 2 === 0);

async function all(blocks: AsyncIterable<Float32Array>): Promise<number[]> {
  const out: number[] = [];
  for await (const data of blocks) out.push(...left(data));
  return out;
}

describe('mix', () => {
  const source = (...blocks: PcmBlock[]): MixSource => ({ from: blocks[0]?.position ?? 0, blocks: from(...blocks) });
  it.each<[string, () => MixSource[], number, number, number[]]>([
    ['nobody', () => [], 0, 3, [0, 0, 0]],
    ['one, with a gap', () => [source(block(1, [1, 1]), block(4, [2]))], 0, 6, [0, 1, 1, 0, 2, 0]],
    ['two at once', () => [source(block(0, [1, 1, 1])), source(block(1, [2, 2, 2]))], 0, 4, [1, 3, 3, 2]],
    ['what lies before the start is left out', () => [source(block(-2, [1, 2, 3, 4]))], 0, 3, [3, 4, 0]],
    ['from a later sample', () => [source(block(0, [1, 2, 3, 4]))], 2, 4, [3, 4]],
  ])('%s', async (_, sources, start, end, expected) => expect(await all(mix(sources(), start, end))).toEqual(expected));

  it('does not start a source before its time', async () => {
    let started = false;
    async function* late(): AsyncGenerator<PcmBlock, void, undefined> {
      started = true;
      yield block(100_000, [1]);
    }
    const mixed = mix([{ from: 96_000, blocks: late() }], 0, 100_001);
    await mixed.next();
    await mixed.next();
    expect(started).toBe(false);
    const last: Float32Array | undefined = (await mixed.next()).value as Float32Array | undefined;
    expect(left(last ?? new Float32Array()).at(-1)).toBe(1);
  });
});

describe('retime', () => {
  it('keeps every sample where the clocks agree', async () => {
    const out: PcmBlock[] = [];
    for await (const moved of retime(from(block(10, [1, 2, 3])), [{ from: -Infinity, offset: 4.4, rate: 1 }]))
      out.push(moved);
    expect(out.map(({ position, data }) => [position, left(data)])).toEqual([[14, [1, 2, 3]]]);
  });

  it('resamples a drifting clock without a seam between blocks', async () => {
    const rate = 1 + 200e-6;
    const sine = (i: number): number => Math.sin((2 * Math.PI * 1000 * i) / 48_000);
    const blocks = Array.from({ length: 20 }, (_, b) =>
      block(
        b * 4800,
        Array.from({ length: 4800 }, (_, i) => sine(b * 4800 + i)),
      ),
    );
    let expectedNext: number | null = null;
    let worst = 0;
    for await (const { position, data } of retime(from(...blocks), [{ from: -Infinity, offset: 100.25, rate: rate }])) {
      if (expectedNext !== null) expect(position).toBe(expectedNext);
      expectedNext = position + data.length / 2;
      left(data).forEach(
        (value, i) => (worst = Math.max(worst, Math.abs(value - sine((position + i - 100.25) / rate)))),
      );
    }
    // -60 dB: what cubic interpolation leaves at 1 kHz is far below.
    expect(worst).toBeLessThan(0.001);
    expect(expectedNext).toBeGreaterThan(100 + 20 * 4800 * rate - 4);
  });
});

describe('Limiter', () => {
  const run = (input: number[], blockSize: number): number[] => {
    const limiter = new Limiter();
    const out: number[] = [];
    for (let i = 0; i < input.length; i += blockSize)
      out.push(...left(limiter.push(block(0, input.slice(i, i + blockSize)).data)));
    out.push(...left(limiter.flush()));
    return out;
  };
  const tone = (amplitude: number): number[] => Array.from({ length: 24_000 }, (_, i) => amplitude * Math.sin(i / 7.6));

  it('changes nothing below the ceiling, and delays nothing', () => {
    const input = tone(0.8).map(Math.fround);
    expect(run(input, 4800)).toEqual(input);
  });

  it('keeps 20 loud voices below full scale, without a step in the gain', () => {
    const out = run([...tone(0.5), ...tone(8), ...tone(0.5)], 4800);
    expect(out).toHaveLength(72_000);
    expect(Math.max(...out.map(Math.abs))).toBeLessThanOrEqual(0.892);
  });

  it('does the same whatever the blocks are', () => {
    const input = [...tone(0.5), ...tone(2)];
    expect(run(input, 1000)).toEqual(run(input, 4800));
  });
});
