import { describe, expect, it } from 'vitest';
import { ProgressParser, type FfmpegProgress } from './ffmpeg-progress.ts';
import { FfmpegRunner } from './ffmpeg.ts';
import { findFfmpeg, parseMajorVersion } from './find-ffmpeg.ts';

describe('parseMajorVersion', () => {
  it.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', 5],
    ['ffmpeg version n7.1-static', 7],
    ['ffmpeg version 6.0-static https://johnvansickle.com', 6],
    ['ffmpeg version N-12345-gabcdef', 0],
  ])('%s', (text, version) => expect(parseMajorVersion(text)).toBe(version));
});

it('reads progress in whatever pieces it comes', () => {
  const seen: FfmpegProgress[] = [];
  const parser = new ProgressParser((progress) => seen.push(progress));
  for (const piece of [
    'frame=1',
    '2\nout_time_us=4000',
    '00\nprogress=continue\nframe=20\nout_time_us=N/A\nprogress=end\n',
  ])
    parser.push(piece);
  expect(seen).toEqual([
    { frames: 12, outTimeMs: 400 },
    { frames: 20, outTimeMs: 400 },
  ]);
});

describe('with the real ffmpeg', () => {
  it('takes the first that works and says why the others do not', async () => {
    const found = await findFfmpeg({ configured: '/nowhere/ffmpeg', env: process.env['FFMPEG_BIN'] });
    expect(found.majorVersion).toBeGreaterThanOrEqual(4);
  });

  it('says what it was making and what ffmpeg said', async () => {
    const ffmpeg = await findFfmpeg({ env: process.env['FFMPEG_BIN'] });
    const run = ffmpeg.run({ name: 'x.mp4', args: ['-i', '/nowhere.mkv', '-f', 'null', '-'] });
    await expect(run).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: expect.stringContaining('x.mp4'),
      details: expect.stringContaining('No such file'),
    });
  });

  it('stops when told to', async () => {
    const ffmpeg = await findFfmpeg({ env: process.env['FFMPEG_BIN'] });
    const stop = new AbortController();
    const run = ffmpeg.run({
      name: 'x',
      signal: stop.signal,
      args: ['-re', '-f', 'lavfi', '-i', 'color', '-f', 'null', '-'],
      onProgress: () => stop.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(ffmpeg.run({ name: 'x', signal: stop.signal, args: [] })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('fails with the code when the binary is not there', async () => {
    await expect(new FfmpegRunner('/nowhere/ffmpeg', 5).run({ name: 'x', args: [] })).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
    });
  });
});
