import { basename } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { countSamples } from './mp4.ts';
import { commitPiece } from './output-file.ts';
import { segmentArgs, type SegmentSpec } from './segment-graph.ts';

/** From the best compression to the least work; pieces of all three join, as their headers are the same. */
export const EFFORTS = ['veryfast', 'superfast', 'ultrafast'] as const;
export type Effort = (typeof EFFORTS)[number];

/** Encoders of graphics processors, by their names in ffmpeg. */
export const HARDWARE_CODECS = ['h264_videotoolbox', 'h264_nvenc', 'h264_qsv', 'h264_amf', 'h264_vaapi'] as const;
export type HardwareCodec = (typeof HARDWARE_CODECS)[number];
export type Codec = 'libx264' | HardwareCodec;

export interface EncoderSettings {
  codec: Codec;
  /** Constant quality, on the scale of libx264: lower is better. */
  crf: number;
  effort: Effort;
  /** Threads of the encoder. */
  threads: number;
}

/**
 * `veryfast` is the preset of FINDINGS 5. 2 threads: what is left of the machine is the call's.
 */
export const DEFAULT_ENCODER: EncoderSettings = { codec: 'libx264', crf: 23, effort: 'veryfast', threads: 2 };

/** What `ultrafast` leaves out and the other two have in their headers. */
const SAME_HEADERS = 'cabac=1:8x8dct=1:weightp=1:aq-mode=1:ref=1:scenecut=40';

/** Seconds between key frames, so that seeking is quick. */
export const KEY_FRAME_S = 3;

/** A segment to be encoded. */
export interface SegmentJob {
  spec: SegmentSpec;
  outFile: string;
}

export interface SegmentTools {
  encoder: EncoderSettings;
  /** For a long filter graph. */
  workDir: string;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  /** Frames of the first segment that are done. */
  onProgress?: ((frames: number) => void) | undefined;
}

/**
 * Encodes segments with exactly `spec.frames` frames each, in one run of ffmpeg. No B-frames: decode order is then
 * presentation order, so the joined file needs no edit list and every segment stands alone; every segment begins with an
 * IDR frame. The same settings give the same SPS and PPS, which is what makes joining without re-encoding right.
 */
export async function renderSegments(jobs: readonly SegmentJob[], tools: SegmentTools): Promise<void> {
  const { encoder, ffmpeg, workDir, signal, onProgress } = tools;
  const { inputs, graph, outputs } = segmentArgs(jobs.map(({ spec }) => spec));
  const { before, filter } = encoderArgs(encoder, 30);
  const ends = outputs.map((label, i) => `${label}${filter}[e${i}]`);
  const files = jobs.flatMap(({ spec, outFile }, i) => [
    ...['-map', `[e${i}]`, '-frames:v', String(spec.frames), '-map_metadata', '-1', '-an'],
    ...encoderArgs(encoder, spec.fps).args,
    ...['-f', 'mp4', `${outFile}.part`],
  ]);
  const result = await ffmpeg.run({
    name: jobs.map(({ outFile }) => basename(outFile)).join(' '),
    signal,
    onProgress: ({ frames }) => onProgress?.(frames),
    args: [
      ...['-filter_complex_threads', '1', ...before, ...inputs],
      ...(await ffmpeg.filterGraph([graph, ...ends].join(';\n'), workDir)),
      ...files,
    ],
  });
  for (const { spec, outFile } of jobs) {
    const frames = await countSamples(`${outFile}.part`);
    if (frames === spec.frames) continue;
    throw new RollcallError(
      'FFMPEG_FAILED',
      `ffmpeg made ${frames} instead of ${spec.frames} frames of "${basename(outFile)}".`,
      'The captured tracks are kept: try again, and report the details if it fails again.',
      { details: result.stderrTail },
    );
  }
  for (const { outFile } of jobs) await commitPiece(`${outFile}.part`, outFile);
}

/** What an encoder asks of a command. */
export interface EncoderArgs {
  /** Before the inputs. */
  before: string[];
  /** For the end of the filter graph. */
  filter: string;
  args: string[];
}

/** Arguments for constant quality without B-frames, as each encoder names it. */
export function encoderArgs({ codec, effort, crf, threads }: EncoderSettings, fps: number): EncoderArgs {
  const common = [
    ...['-c:v', codec, '-profile:v', 'high', '-bf', '0', '-g', String(fps * KEY_FRAME_S)],
    ...['-colorspace', 'smpte170m', '-color_primaries', 'smpte170m', '-color_trc', 'smpte170m', '-color_range', 'tv'],
  ];
  const quality = String(crf);
  const plain = { before: [], filter: 'format=yuv420p' };
  switch (codec) {
    case 'libx264': {
      const own = ['-preset', effort, '-crf', quality, '-threads', String(threads), '-pix_fmt', 'yuv420p'];
      const same = effort === 'ultrafast' ? ['-x264-params', SAME_HEADERS] : [];
      return { ...plain, args: [...common, ...own, ...same] };
    }
    case 'h264_videotoolbox':
      // 0 to 100, the higher the better; 60 is about the quality of 23.
      return { ...plain, args: [...common, '-q:v', String(Math.max(1, Math.min(100, 129 - 3 * crf)))] };
    case 'h264_nvenc':
      return { ...plain, args: [...common, '-preset', 'p4', '-rc', 'vbr', '-cq', quality, '-b:v', '0'] };
    case 'h264_qsv':
      return {
        before: [],
        filter: 'format=nv12',
        args: [...common, '-preset', 'veryfast', '-global_quality', quality],
      };
    case 'h264_amf':
      return { ...plain, args: [...common, '-rc', 'cqp', '-qp_i', quality, '-qp_p', quality] };
    case 'h264_vaapi':
      return {
        before: ['-vaapi_device', '/dev/dri/renderD128'],
        filter: 'format=nv12,hwupload',
        args: [...common, '-rc_mode', 'CQP', '-qp', quality],
      };
  }
}
