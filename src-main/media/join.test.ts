import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncodedPacketSink, MP4, type EncodedPacket } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ffmpeg } from './ffmpeg.ts';
import { findFfmpeg } from './find-ffmpeg.ts';
import { joinMp4 } from './join.ts';
import { fileHead, type IndexedTrack } from './mp4-index.ts';
import { readMoov } from './mp4.ts';
import { readMediaFile } from './probe.ts';
import { encoderArgs, DEFAULT_ENCODER } from './segment.ts';

let dir = '';
let ffmpeg: Ffmpeg;
const path = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rollcall-join-'));
  ffmpeg = await findFfmpeg({ env: process.env['FFMPEG_BIN'] });
  // Lengths that are no whole seconds, a key frame inside the first and the third.
  for (const [i, frames] of [97, 1, 143].entries()) {
    const source = `testsrc2=size=320x180:rate=30,trim=start_frame=${i * 200}:end_frame=${i * 200 + frames}`;
    await make(`picture${i}.mp4`, [...['-f', 'lavfi', '-i', source], ...encoderArgs(DEFAULT_ENCODER, 30).args]);
  }
  for (const [i, seconds] of [3, 2, 4].entries()) {
    const source = `sine=frequency=${400 + 300 * i}:sample_rate=48000:duration=${seconds}`;
    await make(`sound${i}.m4a`, ['-f', 'lavfi', '-i', source, '-ac', '2', '-c:a', 'aac', '-b:a', '128k']);
  }
}, 60_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const make = (name: string, args: string[]): Promise<unknown> =>
  ffmpeg.run({ name, args: [...args, '-f', 'mp4', path(name)] });

const SEGMENTS = [97, 1, 143].map((frames, i) => ({ file: `picture${i}.mp4`, frames }));
const PARTS = [
  { file: 'sound0.m4a', skip: 0, frames: 137 },
  { file: 'sound1.m4a', skip: 16, frames: 61 },
  { file: 'sound2.m4a', skip: 16, frames: 150 },
];
const joinAll = (outFile: string, change: Partial<Parameters<typeof joinMp4>[0]> = {}) =>
  joinMp4({
    ...{ segments: SEGMENTS.map((one) => ({ ...one, file: path(one.file) })), fps: 30, outFile: path(outFile) },
    ...{ sound: PARTS.map((one) => ({ ...one, file: path(one.file) })), ...change },
  });

/** A file's packets by a reader that had no part in writing it. */
const readPackets = (file: string): Promise<Record<string, EncodedPacket[]>> =>
  readMediaFile(path(file), [MP4], async (input) => {
    const all: Record<string, EncodedPacket[]> = {};
    for (const track of await input.getTracks()) {
      const packets: EncodedPacket[] = [];
      for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
      all[track.type] = packets;
    }
    return all;
  });

describe('joinMp4', () => {
  it('has every packet of its pieces, byte for byte, at its place', async () => {
    const { durationMs } = await joinAll('joined.mp4');
    const joined = await readPackets('joined.mp4');
    const pictures = await Promise.all(SEGMENTS.map(async ({ file }) => (await readPackets(file))['video'] ?? []));
    const sounds = await Promise.all(
      PARTS.map(async ({ file, skip, frames }) =>
        ((await readPackets(file))['audio'] ?? []).slice(skip, skip + frames),
      ),
    );
    const dataOf = (packets: EncodedPacket[] = []): string[] =>
      packets.map(({ data }) => Buffer.from(data).toString('hex'));
    expect(dataOf(joined['video'])).toEqual(dataOf(pictures.flat()));
    expect(dataOf(joined['audio'])).toEqual(dataOf(sounds.flat()));
    expect(joined['video']?.map(({ type }) => type)).toEqual(pictures.flat().map(({ type }) => type));
    const placed = (packets: EncodedPacket[] = []) => packets.map(({ timestamp, duration }) => [timestamp, duration]);
    expect(placed(joined['video'])).toEqual(Array.from({ length: 241 }, (_, k) => [k / 30, 1 / 30]));
    expect(placed(joined['audio'])).toEqual(
      Array.from({ length: 348 }, (_, k) => [(k * 1024) / 48_000, 1024 / 48_000]),
    );
    expect(durationMs).toBe(8033 + 1 / 3);
  });

  it('is decoded by ffmpeg without a word, from its start and from its middle', async () => {
    await joinAll('joined.mp4');
    for (const seek of [[], ['-ss', '5.1']]) {
      const run = await ffmpeg.run({
        name: 'joined.mp4',
        args: ['-xerror', ...seek, '-i', path('joined.mp4'), '-f', 'null', '-'],
      });
      expect(run.stderrTail).toBe('');
    }
  });

  it('begins with its index, and the same pieces give the same file', async () => {
    await joinAll('once.mp4');
    await joinAll('twice.mp4');
    const once = await readFile(path('once.mp4'));
    expect(once.equals(await readFile(path('twice.mp4')))).toBe(true);
    expect(once.indexOf('moov')).toBeLessThan(once.indexOf('mdat'));
    expect(await readMoov(path('once.mp4'))).not.toBeNull();
  });

  it('joins picture alone and sound alone', async () => {
    await joinAll('silent.mp4', { sound: null });
    await joinAll('sound.mp4', { segments: [] });
    expect(Object.keys(await readPackets('silent.mp4'))).toEqual(['video']);
    expect((await readPackets('sound.mp4'))['audio']).toHaveLength(348);
  });

  it.each([
    ['is cut off', (file: string) => truncate(file, 2000), /no index/],
    ['is none', (file: string) => writeFile(file, 'not a video'), /no index/],
    ['has other parameters', (file: string) => make(file.slice(dir.length + 1), OTHER), /parameters differ/],
    ['is sound', async (file: string) => writeFile(file, await readFile(path('sound0.m4a'))), /has audio \(mp4a\)/],
    ['has offsets beyond its end', (file: string) => damage(file, 'stco', 8, 0x7000_0000), /it ends at byte/],
    ['has a table that is cut off', (file: string) => damage(file, 'stsz', 8, 0x7fff_ffff), /cut off/],
    ['has no samples in its chunks', (file: string) => damage(file, 'stsc', 12, 0), /places 0 of 97/],
  ])('refuses a piece that %s', async (_, spoil, why) => {
    const file = path('spoilt.mp4');
    await writeFile(file, await readFile(path('picture0.mp4')));
    await spoil(file);
    const segments = [
      { file: path('picture2.mp4'), frames: 143 },
      { file, frames: 97 },
    ];
    await expect(joinAll('bad.mp4', { segments })).rejects.toMatchObject({
      ...{ code: 'MEDIA_INVALID', details: expect.stringMatching(why) },
    });
  });

  it('refuses a piece of another length', async () => {
    const segments = [{ file: path('picture0.mp4'), frames: 96 }];
    await expect(joinAll('bad.mp4', { segments })).rejects.toMatchObject({
      ...{ details: expect.stringContaining('97 frames, 96 were expected') },
    });
    const sound = [{ file: path('sound1.m4a'), skip: 16, frames: 500 }];
    await expect(joinAll('bad.mp4', { sound })).rejects.toMatchObject({ code: 'MEDIA_INVALID' });
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(joinAll('stopped.mp4', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

/** As many frames by other settings. */
const OTHER = [
  ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-frames:v', '97'],
  ...['-c:v', 'libx264', '-profile:v', 'baseline'],
];

/** Overwrites a number in one of a file's boxes, `at` bytes after its type. */
async function damage(file: string, type: string, at: number, value: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt32BE(value, bytes.lastIndexOf(type) + 4 + at);
  await writeFile(file, bytes);
}

describe('fileHead', () => {
  const track = (change: Partial<IndexedTrack>): IndexedTrack => ({
    ...{ kind: 'video', sampleEntry: Buffer.from('avc1'), width: 640, height: 360 },
    ...{ timescale: 15_360, sampleDuration: 512, sizes: Uint32Array.of(10, 20, 30), keys: [1] },
    ...{
      chunks: [
        { offset: 0, samples: 2 },
        { offset: 30, samples: 1 },
      ],
      ...change,
    },
  });

  it('places chunks from the media on, in four bytes while they fit', () => {
    const head = fileHead([track({})], 60);
    const stco = head.indexOf('stco') + 4;
    expect([8, 12].map((at) => head.readUInt32BE(stco + at))).toEqual([head.length, head.length + 30]);
    expect(head.readUInt32BE(head.length - 8)).toBe(68);
  });

  it('and in eight for a file of more than 4 GiB', () => {
    const far = 6 * 2 ** 30;
    const chunks = [
      { offset: 0, samples: 2 },
      { offset: far, samples: 1 },
    ];
    const head = fileHead([track({ chunks })], far + 30);
    const co64 = head.indexOf('co64') + 4;
    expect([8, 16].map((at) => Number(head.readBigUInt64BE(co64 + at)))).toEqual([head.length, head.length + far]);
    expect(Number(head.readBigUInt64BE(head.length - 8))).toBe(far + 30 + 16);
  });

  it('holds durations of days', () => {
    const sizes = new Uint32Array(30 * 3600 * 48).fill(1);
    const head = fileHead([track({ sizes, keys: null, chunks: [{ offset: 0, samples: sizes.length }] })], sizes.length);
    const mvhd = head.indexOf('mvhd') + 4;
    expect(head.readUInt8(mvhd)).toBe(1);
    expect(Number(head.readBigUInt64BE(mvhd + 24))).toBe(48 * 3600 * 48_000);
  });
});
