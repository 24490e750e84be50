import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as checks from './media-checks.ts';
import { ffmpegBin, runOk } from './programs.ts';
import { makeClip, type ClipOptions } from './publisher/clip.ts';
import { COLOUR_PATCH, COLOURS, TONES } from './publisher/pattern.ts';

const clipOf = (index: number, change: Partial<ClipOptions> = {}): ClipOptions => ({
  name: `Peer ${index}`,
  colour: COLOURS[index] ?? '#808080',
  toneHz: TONES[index] ?? 500,
  codec: 'h264',
  width: 640,
  height: 360,
  fps: 30,
  durationS: 4,
  audio: true,
  video: true,
  bitrate: 1_000_000,
  keyFrameIntervalS: 1,
  motion: 'testsrc',
  humHz: null,
  ...change,
});

/** A clip's content begins with the Opus encoder's delay. */
const CLIP_LEAD_S = 312 / 48_000;

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const AAC = ['-c:a', 'aac', '-ar', '48000'];

describe('media checks, on clips whose content is known', () => {
  let dir: string;
  const make = async (name: string, ...args: string[]): Promise<string> => {
    const file = join(dir, name);
    await runOk(ffmpegBin(), ['-v', 'error', '-nostdin', '-y', ...args, file]);
    return file;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'rollcall-checks-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('finds flashes and beeps of an MP4 made from a clip to within a frame and 2 ms', async () => {
    const clip = await makeClip(clipOf(0));
    // The picture is moved back to the grid of 30 fps, the sound by as much.
    const file = await make('plain.mp4', ...['-i', clip, '-r', '30', ...H264, ...AAC, '-movflags', '+faststart']);
    const flashes = await checks.flashTimes(file);
    const beeps = await checks.beepTimes(file, TONES[0]);
    expect(flashes).toHaveLength(4);
    expect(beeps).toHaveLength(4);
    flashes.forEach((at, index) => expect(Math.abs(at - index)).toBeLessThan(1 / 30));
    beeps.forEach((at, index) => expect(Math.abs(at - index - CLIP_LEAD_S)).toBeLessThan(0.002));
    const points = await checks.syncPoints(file, TONES[0]);
    points.forEach(({ offsetMs }) => expect(Math.abs(offsetMs)).toBeLessThan(10));
    expect(checks.worstJitterMs(beeps)).toBeLessThan(2);
  });

  it('measures a known shift between sound and picture', async () => {
    const clip = await makeClip(clipOf(1));
    const input = ['-i', clip, '-itsoffset', '0.12', '-i', clip, '-map', '0:v', '-map', '1:a'];
    const file = await make('late.mp4', ...input, '-r', '30', ...H264, ...AAC);
    const points = await checks.syncPoints(file, TONES[1]);
    expect(points.length).toBeGreaterThanOrEqual(3);
    // The rounding of the picture to the 30 fps grid is in it: 6.5 ms.
    points.forEach(({ offsetMs }) => expect(Math.abs(offsetMs - 120)).toBeLessThan(9));
  });

  it('reads every frame number, at full size and in a small tile of a mosaic', async () => {
    const clips = [await makeClip(clipOf(0)), await makeClip(clipOf(1, { codec: 'vp8', colour: COLOURS[2] }))];
    const whole = await checks.frameCounters(clips[0] ?? '');
    expect(whole.map(({ counter }) => counter)).toEqual(Array.from({ length: 120 }, (_, index) => index));

    const graph =
      '[0:v]scale=240:136[a];[1:v]scale=240:136[b];color=black:s=1280x720:r=30:d=4[g];' +
      '[g][a]overlay=40:60[x];[x][b]overlay=900:500,fps=30[v];[0:a][1:a]amix=inputs=2:normalize=0[m]';
    const inputs = clips.flatMap((clip) => ['-i', clip]);
    const file = await make(
      'mosaic.mp4',
      ...inputs,
      '-filter_complex',
      graph,
      '-map',
      '[v]',
      '-map',
      '[m]',
      ...H264,
      ...AAC,
    );
    const tiles = [
      { x: 40 / 1280, y: 60 / 720, width: 240 / 1280, height: 136 / 720 },
      { x: 900 / 1280, y: 500 / 720, width: 240 / 1280, height: 136 / 720 },
    ];
    for (const [index, tile] of tiles.entries()) {
      const counters = (await checks.frameCounters(file, tile)).map(({ counter }) => counter);
      expect(counters.filter((counter) => counter !== null).length).toBeGreaterThan(110);
      const colour = await checks.colourAt(file, 1.5, checks.within(tile, COLOUR_PATCH));
      const wanted = checks.parseColour((index === 0 ? COLOURS[0] : COLOURS[2]) ?? '');
      expect(checks.colourDistance(colour, wanted)).toBeLessThan(checks.COLOUR_TOLERANCE);
      expect(await checks.flashTimes(file, tile)).toHaveLength(4);
      const beeps = await checks.beepTimes(file, TONES[index] ?? 0);
      expect(beeps).toHaveLength(4);
      beeps.forEach((at, second) => expect(Math.abs(at - second - CLIP_LEAD_S)).toBeLessThan(0.005));
    }
    expect(await checks.beepTimes(file, TONES[4])).toEqual([]);
    const nothing = { x: 0.3, y: 0.3, width: 0.2, height: 0.2 };
    expect((await checks.frameCounters(file, nothing)).every(({ counter }) => counter === null)).toBe(true);
  });

  it('sees a hole of 20 ms in a continuous tone, and none where there is none', async () => {
    const sine = (loud: string): string => `aevalsrc='0.3*sin(2*PI*440*t)*${loud}':s=48000:c=mono:d=3`;
    const whole = await checks.decodeSound(await make('whole.wav', '-f', 'lavfi', '-i', sine('1')));
    expect(checks.toneGaps(whole, 440, 0.1, 2.9)).toEqual([]);
    const holed = sine('(1-between(t,1.5,1.52))');
    const gaps = checks.toneGaps(
      await checks.decodeSound(await make('hole.wav', '-f', 'lavfi', '-i', holed)),
      440,
      0.1,
      2.9,
    );
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.[0]).toBeCloseTo(1.504, 2);
  });

  it('tells a constant, seekable, clean file from others', async () => {
    const clip = await makeClip(clipOf(0));
    const good = await make('good.mp4', '-i', clip, '-r', '30', ...H264, ...AAC, '-movflags', '+faststart');
    expect(await checks.isFastStart(good)).toBe(true);
    expect(await checks.frameRateBreaks(good, 30)).toEqual([]);
    expect(await checks.decodeErrors(good)).toBe('');
    expect(await checks.pictureFormats(good)).toEqual(['640,360,yuv420p']);
    const probed = await checks.probe(good);
    expect(checks.streamOf(probed, 'video')).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', width: 640 });
    expect(checks.streamOf(probed, 'audio')).toMatchObject({ codec_name: 'aac', sample_rate: 48000, channels: 2 });
    // The delay of the AAC encoder is taken off by an edit.
    expect((await checks.editLists(good)).at(-1)?.some(({ mediaTimeTicks }) => mediaTimeTicks > 0)).toBe(true);
    expect((await checks.packets(good, 'video'))[0]?.key).toBe(true);

    const bad = await make('bad.mp4', '-i', clip, '-vf', "select='not(eq(n,40))'", '-fps_mode', 'vfr', ...H264, ...AAC);
    expect(await checks.isFastStart(bad)).toBe(false);
    expect(await checks.frameRateBreaks(bad, 30)).toHaveLength(1);
    const cut = await make('cut.mkv', '-i', clip, ...H264, '-an');
    const bytes = await readFile(cut);
    const middle = Math.floor(bytes.length / 2);
    bytes.fill(0x55, middle, middle + 3000);
    await writeFile(cut, bytes);
    expect(await checks.decodeErrors(cut)).not.toBe('');
  });
});
