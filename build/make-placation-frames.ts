/**
 * Makes src-renderer/capture/placation-frames.ts: per codec the smallest key frame that ffmpeg's encoders write, checked
 * by decoding it. What is forwarded to a decoder that nobody looks at is replaced by such a frame, which costs nothing to
 * decode and keeps the decoder from asking publishers for key frames. Run: npx tsx build/make-placation-frames.ts
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const SIZE = '16x16';

interface Recipe {
  codec: string;
  encoder: string[];
  container: string;
  decoder: string;
}

const RECIPES: Recipe[] = [
  { codec: 'vp8', encoder: ['-c:v', 'libvpx', '-b:v', '10k', '-qmax', '63'], container: 'ivf', decoder: 'vp8' },
  { codec: 'vp9', encoder: ['-c:v', 'libvpx-vp9', '-crf', '63', '-b:v', '0'], container: 'ivf', decoder: 'vp9' },
  {
    codec: 'av1',
    encoder: ['-c:v', 'libaom-av1', '-crf', '63', '-b:v', '0', '-cpu-used', '8'],
    container: 'ivf',
    decoder: 'libdav1d',
  },
  {
    codec: 'h264',
    encoder: [
      '-c:v',
      'libx264',
      '-profile:v',
      'baseline',
      '-preset',
      'veryslow',
      '-crf',
      '51',
      '-x264-params',
      'sei=0:info=0:aud=0',
      '-bsf:v',
      'filter_units=remove_types=6',
    ],
    container: 'h264',
    decoder: 'h264',
  },
  {
    codec: 'h265',
    encoder: ['-c:v', 'libx265', '-x265-params', 'log-level=none:info=0:ctu=16:min-cu-size=8', '-crf', '51'],
    container: 'hevc',
    decoder: 'hevc',
  },
];

function ffmpeg(args: string[], input?: Buffer): Buffer {
  const run = spawnSync(process.env['FFMPEG_BIN'] ?? 'ffmpeg', ['-v', 'error', ...args], { input, maxBuffer: 1 << 24 });
  if (run.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}\n${run.stderr.toString()}`);
  return run.stdout;
}

/** The one frame's payload: IVF has a 32-byte file header and a 12-byte frame header; Annex B has none. */
function payload(file: Buffer, container: string): Buffer {
  return container === 'ivf' ? file.subarray(44, 44 + file.readUInt32LE(32)) : file;
}

const lines = RECIPES.map(({ codec, encoder, container, decoder }) => {
  const source = ['-f', 'lavfi', '-i', `color=black:s=${SIZE}:r=1`, '-frames:v', '1', '-pix_fmt', 'yuv420p'];
  const file = ffmpeg([...source, ...encoder, '-f', container, 'pipe:1']);
  const decoded = ffmpeg(
    ['-c:v', decoder, '-f', container, '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
    file,
  );
  if (decoded.length !== (16 * 16 * 3) / 2)
    throw new Error(`${codec}: decodes to ${decoded.length} bytes, not one 16x16 picture`);
  const bytes = payload(file, container);
  console.error(`${codec}: ${bytes.length} bytes`);
  return `  ${codec}: '${bytes.toString('base64')}',`;
});

writeFileSync(
  resolve(import.meta.dirname, '../src-renderer/capture/placation-frames.ts'),
  `/** Made and checked by build/make-placation-frames.ts; not to be edited. One black ${SIZE} key frame per codec, base64. */
export const PLACATION_FRAMES: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`,
);
