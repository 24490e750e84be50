import type { SessionTrack } from '../contract/session.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { Limiter } from './limiter.ts';
import { mix } from './mix.ts';
import { OPUS_RATE } from './opus.ts';
import { CHANNELS, trackSound, write } from './sound.ts';

/** Samples of an AAC frame, and the delay of ffmpeg's own AAC encoder (the same in ffmpeg 4 to 8). */
export const AAC_FRAME_SAMPLES = 1024;
const AAC_DELAY_SAMPLES = 1024;

export interface EncodeSoundJob {
  name: string;
  tracks: { file: string; track: SessionTrack }[];
  /** Session time of the output's time 0, milliseconds. */
  startMs: number;
  durationMs: number;
  /** For a mix of many voices: keeps the sum below full scale. */
  limit: boolean;
  bitrateKbps: number;
  /** Absolute path of the .m4a to write. */
  outFile: string;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
  /** Milliseconds done. */
  onProgress?: ((doneMs: number) => void) | undefined;
}

/** AAC frames that cover a duration. */
export const aacFrames = (durationMs: number): number =>
  Math.max(1, Math.ceil((durationMs * OPUS_RATE) / 1000 / AAC_FRAME_SAMPLES));

/**
 * The whole sound of an output as ONE AAC encode, so that no join can click. The encoder delays sound by one frame;
 * files usually say so in an edit list, which players follow differently. Here the encoder gets the sound one frame
 * early instead (without its first 21 ms): what comes out is in place with no edit list at all.
 */
export async function encodeSound(job: EncodeSoundJob): Promise<void> {
  const total = Math.max(AAC_FRAME_SAMPLES + 1, Math.round((job.durationMs * OPUS_RATE) / 1000));
  const process = job.ffmpeg.start({
    name: job.name,
    signal: job.signal,
    args: [
      ...['-f', 'f32le', '-ar', String(OPUS_RATE), '-ac', String(CHANNELS), '-i', 'pipe:0'],
      ...['-map_metadata', '-1', '-c:a', 'aac', '-b:a', `${job.bitrateKbps}k`, '-f', 'mp4', job.outFile],
    ],
  });
  process.stdout.resume();
  const { ffmpeg, signal, startMs } = job;
  const sources = job.tracks.map(({ file, track }) => ({
    // A second early: the track's start is an estimate until its clock is fitted.
    from: ((track.start_ms - 1000 - startMs) * OPUS_RATE) / 1000,
    blocks: trackSound({ file, track, startMs, ffmpeg, signal }),
  }));
  const limiter = job.limit ? new Limiter() : null;
  let done = AAC_DELAY_SAMPLES;
  try {
    for await (const block of mix(sources, AAC_DELAY_SAMPLES, total)) {
      if (!(await write(process, bytes(limiter ? limiter.push(block) : block)))) break;
      done += block.length / CHANNELS;
      job.onProgress?.((done * 1000) / OPUS_RATE);
    }
    if (limiter) await write(process, bytes(limiter.flush()));
    process.stdin.end();
    await process.done;
  } finally {
    process.kill();
  }
}

const bytes = (samples: Float32Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
