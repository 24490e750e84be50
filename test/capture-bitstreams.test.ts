import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CaptureMessage } from '../src-main/contract/capture.ts';
import { splitAnnexB } from '../src-renderer/capture/annexb.ts';
import { av1Sequence } from '../src-renderer/capture/av1.ts';
import { Outbox } from '../src-renderer/capture/outbox.ts';
import { PictureBuilder } from '../src-renderer/capture/picture-builder.ts';
import { TrackRecorder } from '../src-renderer/capture/track-recorder.ts';
import { framesOf } from '../src-renderer/capture/vp9.ts';
import { decodeErrors, pictureFormats } from './support/media-checks.ts';
import { ffmpegBin, runOk } from './support/programs.ts';
import { temporaryDir } from './support/recorder.ts';

/** Streams of real encoders through the code that writes them to files, judged by what ffmpeg decodes. */

const dir = temporaryDir('bitstreams');
const IVF_FILE_HEAD = 32;
const IVF_FRAME_HEAD = 12;

async function encode(name: string, size: string, frames: number, args: string[]): Promise<Buffer> {
  const file = join(dir, name);
  await runOk(ffmpegBin(), [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=30`, '-frames:v', String(frames)],
    ...['-pix_fmt', 'yuv420p', ...args, file],
  ]);
  return readFile(file);
}

/** Frames of an IVF file. */
function ivfFrames(file: Buffer): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = IVF_FILE_HEAD; at < file.length;) {
    const size = file.readUInt32LE(at);
    frames.push(new Uint8Array(file.subarray(at + IVF_FRAME_HEAD, at + IVF_FRAME_HEAD + size)));
    at += IVF_FRAME_HEAD + size;
  }
  return frames;
}

function ivf(head: Buffer, frames: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [head.subarray(0, IVF_FILE_HEAD)];
  frames.forEach((frame, i) => {
    const own = Buffer.alloc(IVF_FRAME_HEAD);
    own.writeUInt32LE(frame.length);
    own.writeBigUInt64LE(BigInt(i), 4);
    parts.push(own, frame);
  });
  return Buffer.concat(parts);
}

/** A hash of each decoded picture. */
async function pictures(name: string, data?: Buffer): Promise<string[]> {
  const file = join(dir, name);
  if (data) await writeFile(file, data);
  const { stdout } = await runOk(ffmpegBin(), [
    '-v',
    'error',
    '-i',
    file,
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ]);
  const lines = stdout.toString().split('\n');
  return lines.filter((line) => /^\d/.test(line)).map((line) => line.split(',').at(-1)?.trim() ?? '');
}

describe('the layers of a VP9 picture in one block', () => {
  const vp9 = [
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-lag-in-frames',
    '0',
    '-auto-alt-ref',
    '0',
  ];
  const VARIANTS: [string, string, string[]][] = [
    ['small', '320x180', []],
    ['wide, in several tiles', '1280x96', ['-tile-columns', '2', '-tile-rows', '1']],
    ['with segments', '320x180', ['-aq-mode', '3', '-b:v', '80k']],
    ['lossless', '96x64', ['-lossless', '1']],
  ];
  test.each(VARIANTS)('%s: only the last is shown, and decodes to what it did', async (name, size, args) => {
    // Frames of one size as "layers": each refers to the one before it, as a layer does.
    const file = await encode(`${name}.ivf`, size, 24, [...vp9, '-error-resilient', '1', ...args]);
    const whole = await pictures(`${name}.ivf`);
    const builder = new PictureBuilder('vp9');
    const frames = ivfFrames(file);
    const blocks: Uint8Array[] = [];
    for (let i = 0; i < frames.length; i += 3) {
      const layers = frames.slice(i, i + 3).map((data, layer) => ({
        key: i + layer === 0,
        frame: { rtpTimestamp: i, key: i + layer === 0, width: null, height: null, data },
      }));
      const { frame, key } = builder.build(layers);
      expect(key).toBe(i === 0);
      expect(`${frame.width}x${frame.height}`).toBe(size);
      expect(framesOf(frame.data)).toHaveLength(3);
      blocks.push(frame.data);
    }
    expect(await pictures(`${name}-layered.ivf`, ivf(file, blocks))).toEqual(whole.filter((_, i) => i % 3 === 2));
  });
});

test("AV1's sequence header tells the size of the picture", async () => {
  const aom = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-crf', '50'];
  const [key, delta] = ivfFrames(await encode('size.ivf', '426x240', 2, aom));
  expect(key && av1Sequence(key)).toEqual({ width: 426, height: 240, layered: false });
  expect(delta && av1Sequence(delta)).toBeNull();
});

describe('NAL units', () => {
  /** Access units of an Annex B stream, by their delimiters, which WebRTC does not send. */
  function accessUnits(file: Buffer, delimiter: (nal: Uint8Array) => boolean): Uint8Array[] {
    const units: Uint8Array[][] = [];
    for (const nal of splitAnnexB(new Uint8Array(file))) {
      if (delimiter(nal)) units.push([]);
      else units.at(-1)?.push(nal);
    }
    return units.map((nals) => Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal])));
  }

  async function record(codec: string, frames: readonly Uint8Array[]): Promise<string> {
    const parts: Uint8Array[] = [];
    const keep = (message: CaptureMessage): void => {
      if (message.type === 'chunk') parts.push(message.data);
    };
    const outbox = new Outbox(
      keep,
      () => 0,
      () => undefined,
    );
    const nothing = (): void => undefined;
    const recorder = new TrackRecorder(
      {
        ...{ trackId: crypto.randomUUID(), kind: 'video', source: 'camera', codec, clockRate: 90_000, channels: 1 },
        ...{ epochMs: Date.now(), continues: null },
      },
      outbox,
      { resolution: nothing, gap: nothing, started: nothing, damaged: nothing, decodedWanted: nothing },
    );
    frames.forEach((data, i) =>
      recorder.video({ rtpTimestamp: i * 3000, key: i === 0, width: 320, height: 180, data: new Uint8Array(data) }),
    );
    await recorder.close();
    outbox.flush();
    expect(recorder.stats()).toMatchObject({ frames: frames.length, lostFrames: 0 });
    const file = join(dir, `${codec}.mkv`);
    await writeFile(file, Buffer.concat(parts));
    return file;
  }

  test.each([
    [
      'h264',
      ['-c:v', 'libx264', '-tune', 'zerolatency', '-x264-params', 'repeat-headers=1:aud=1:bframes=0'],
      (nal: Uint8Array) => ((nal[0] ?? 0) & 0x1f) === 9,
    ],
    [
      'h265',
      ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'repeat-headers=1:aud=1:bframes=0:log-level=none'],
      (nal: Uint8Array) => (nal[0] ?? 0) >> 1 === 35,
    ],
  ] as const)('%s, with parameter sets that change in mid-call', async (codec, args, delimiter) => {
    const container = codec === 'h264' ? 'h264' : 'hevc';
    const streams = await Promise.all(
      ['320x180', '640x360'].map((size) => encode(`${codec}-${size}.${container}`, size, 20, [...args])),
    );
    const frames = streams.flatMap((stream) => accessUnits(stream, delimiter));
    expect(frames).toHaveLength(40);
    const file = await record(codec, frames);
    expect(await decodeErrors(file)).toBe('');
    expect(await pictures(`${codec}.mkv`)).toHaveLength(40);
    expect((await pictureFormats(file)).map((format) => format.split(',').slice(0, 2).join('x'))).toEqual([
      '320x180',
      '640x360',
    ]);
  });
});
