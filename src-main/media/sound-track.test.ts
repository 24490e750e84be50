import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SoundTrack } from './sound-track.ts';

/** An EBML element with a size of four bytes. */
const element = (id: number[], body: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from(id), Uint8Array.of(0x10, 0, body.length >> 8, body.length & 0xff), body]);
const OPEN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/** A file of 20 ms packets at these times, each with its number in it; a new cluster every hundred. */
function matroska(timesMs: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from([0x18, 0x53, 0x80, 0x67, ...OPEN])];
  let clusterMs = 0;
  timesMs.forEach((timeMs, n) => {
    if (n % 100 === 0) {
      clusterMs = timeMs;
      parts.push(Uint8Array.from([0x1f, 0x43, 0xb6, 0x75, ...OPEN]));
      const time = Buffer.alloc(4);
      time.writeUInt32BE(timeMs);
      parts.push(element([0xe7], time));
    }
    const sinceMs = timeMs - clusterMs;
    // The block's head, then an Opus packet: SILK, 20 ms, and its number.
    const block = [0x81, sinceMs >> 8, sinceMs & 0xff, 0x80, 0x08, n >> 8, n & 0xff];
    parts.push(element([0xa3], Uint8Array.from(block)));
  });
  return Buffer.concat(parts);
}

test('a track that grows tells where its packets sound and gives each its own data, over gaps and doubles', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'rollcall-sound-')), 'a.mkv');
  const timesMs: number[] = [];
  for (let n = 0, timeMs = 0; n < 1000; n += 1, timeMs += 20) {
    if (n === 130 || n === 700) timeMs += 3000;
    if (n === 400) timeMs += 40;
    // A packet that came twice: nothing sounds of it.
    timesMs.push(n === 555 ? timeMs - 20 : timeMs);
  }
  const whole = matroska(timesMs);
  await writeFile(file, whole.subarray(0, 5000));
  const track = await SoundTrack.open(file, 'opus');
  await writeFile(file, whole);
  await track.extend();
  expect(track.packets).toBe(1000);
  expect(track.lastFileMs).toBe((timesMs.at(-1) ?? 0) + 20);

  const numbers = async (from: number, count: number): Promise<(number | null)[]> => {
    const found: (number | null)[] = [];
    for await (const data of track.data(from, count)) found.push(data[0] === 0x08 ? data[1]! * 256 + data[2]! : null);
    return found;
  };
  const all = track.range(0, Infinity);
  const data = await numbers(0, all.length);
  expect(data).toHaveLength(all.length);
  expect(data.filter((n) => n === null)).toHaveLength(2);
  expect(data.filter((n) => n !== null)).toEqual(timesMs.map((_, n) => n).filter((n) => n !== 555));
  all.forEach((run, i) => {
    const n = data[i] ?? null;
    if (n !== null && n !== 556) expect(run.position).toBe((timesMs[n] ?? NaN) * 48);
  });
  expect(all.filter(({ gapBefore }) => gapBefore).map(({ position }) => position / 48)).toEqual(
    [0, 130, 400, 556, 700].map((n) => timesMs[n]),
  );
  expect(all.filter(({ gapAfter }) => gapAfter)).toHaveLength(5);

  for (const [from, to] of [
    [0, 1],
    [100_000, 300_000],
    [123_456, 2_000_000],
    [960 * 64, 960 * 65],
  ] as const) {
    const runs = track.range(from, to);
    expect(runs.every(({ position, samples }) => position + samples > from && position < to)).toBe(true);
    const first = all.findIndex(({ position }) => position === runs[0]?.position);
    expect(await numbers(from, runs.length)).toEqual(data.slice(first, first + runs.length));
  }
  await track.close();
});
