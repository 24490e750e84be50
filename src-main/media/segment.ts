import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { segmentArgs, type SegmentSpec } from './segment-graph.ts';

export interface EncoderSettings {
  /** Constant quality of libx264: lower is better. */
  crf: number;
  preset: string;
  /** Threads of the encoder. */
  threads: number;
}

/**
 * `veryfast` is the preset of FINDINGS 5. 2 threads: what is left of the machine is the call's.
 */
export const DEFAULT_ENCODER: EncoderSettings = { crf: 23, preset: 'veryfast', threads: 2 };

/** Seconds between key frames, so that seeking is quick. */
const KEY_FRAME_S = 3;

export interface SegmentJob {
  spec: SegmentSpec;
  encoder: EncoderSettings;
  outFile: string;
  /** For a long filter graph. */
  workDir: string;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  onProgress?: ((frames: number) => void) | undefined;
}

/**
 * Encodes one segment with exactly `spec.frames` frames. No B-frames: decode order is then presentation order, so the
 * joined file needs no edit list and every segment stands alone; every segment begins with an IDR frame. The same
 * settings give the same SPS and PPS, which is what makes joining without re-encoding right.
 */
export async function renderSegment(job: SegmentJob): Promise<void> {
  const { spec, encoder } = job;
  const { inputs, graph, output } = segmentArgs(spec);
  const partial = `${job.outFile}.part`;
  const result = await job.ffmpeg.run({
    name: basename(job.outFile),
    signal: job.signal,
    onProgress: ({ frames }) => job.onProgress?.(frames),
    args: [
      ...['-filter_complex_threads', '1', ...inputs, ...(await job.ffmpeg.filterGraph(graph, job.workDir))],
      ...['-map', output, '-frames:v', String(spec.frames), '-map_metadata', '-1', '-an'],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        encoder.preset,
        '-crf',
        String(encoder.crf),
        '-profile:v',
        'high',
        '-pix_fmt',
        'yuv420p',
      ],
      ...['-bf', '0', '-g', String(spec.fps * KEY_FRAME_S), '-threads', String(encoder.threads)],
      ...['-colorspace', 'smpte170m', '-color_primaries', 'smpte170m', '-color_trc', 'smpte170m', '-color_range', 'tv'],
      ...['-f', 'mp4', partial],
    ],
  });
  if (result.frames !== spec.frames) {
    throw new RollcallError(
      'FFMPEG_FAILED',
      `ffmpeg made ${result.frames} instead of ${spec.frames} frames of "${basename(job.outFile)}".`,
      'The captured tracks are kept: try again, and report the details if it fails again.',
      { details: result.stderrTail },
    );
  }
  await rename(partial, job.outFile);
}
