import type { SessionTrack } from '../contract/session.ts';
import type { Ffmpeg, FfmpegProcess } from './ffmpeg.ts';
import { clockPieces } from './clock-map.ts';
import { OPUS_RATE } from './opus.ts';
import { fadeEdges, type PcmRun } from './packet-placer.ts';
import { retime, unretimed, type RetimePiece } from './retime.ts';
import type { SoundTrack } from './sound-track.ts';

/** A piece of sound on an output's time line: interleaved stereo, 48 kHz. */
export interface PcmBlock {
  /** First sample, counted from the output's time 0; may be negative. */
  position: number;
  data: Float32Array<ArrayBuffer>;
}

export const CHANNELS = 2;
const BYTES_PER_SAMPLE = 4 * CHANNELS;

export interface SoundJob {
  track: SessionTrack;
  sound: SoundTrack;
  /** Session time of the output's time 0, milliseconds. */
  startMs: number;
  /** What is wanted, samples of the output: [from, to). More may come on either side. */
  from: number;
  to: number;
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
}

/** Decoded and not used: an Opus decoder that starts in the middle has found its way after 80 ms (RFC 7845, 4.6). */
const PREROLL_SAMPLES = 0.4 * OPUS_RATE;

/** What a track gives to a stretch of an output, before it is decoded. */
export interface PlannedSound {
  pieces: RetimePiece[];
  /** First sample of the file that is decoded. */
  from: number;
  runs: PcmRun[];
}

/** Plans the sound of a track in [from, to) of an output; no runs where it has none there. */
export function planSound({ track, sound, startMs, from, to }: Omit<SoundJob, 'ffmpeg' | 'signal'>): PlannedSound {
  const samples = (ms: number): number => (ms * OPUS_RATE) / 1000;
  const pieces = clockPieces(track.clock).map(({ fromFileMs, offsetMs, rate }) => ({
    from: samples(fromFileMs),
    offset: samples(offsetMs - startMs) - sound.codec.delaySamples,
    rate,
  }));
  const first = unretimed(pieces, from) - PREROLL_SAMPLES;
  const runs = sound.range(first, unretimed(pieces, to) + sound.codec.delaySamples);
  const last = runs.at(-1);
  const sounds = last !== undefined && last.position + last.samples > first + PREROLL_SAMPLES;
  return { pieces, from: first, runs: sounds ? runs : [] };
}

/**
 * The sound of one track, placed sample by sample. ffmpeg only decodes: it gets the packets as one gapless stream,
 * and where each decoded sample belongs is worked out here from the packets' timestamps. (ffmpeg's own way,
 * `aresample=async`, has to guess gaps from timestamps rounded to 1 ms, and knows nothing of the clocks' drift.)
 */
export async function* trackSound(job: SoundJob): AsyncGenerator<PcmBlock, void, undefined> {
  const planned = planSound(job);
  if (planned.runs.length > 0) yield* retime(decodePlaced(job, planned), planned.pieces);
}

/** ffmpeg's arguments for packets as a gapless stream. */
export const decoderInput = (sound: SoundTrack, from: string): string[] => [
  ...['-err_detect', 'ignore_err', '-threads', '1', ...sound.codec.input, '-i', from],
];

/**
 * And for the samples of them. A packet that does not decode leaves a hole in time; `async=1` fills exactly that with
 * silence. On the gapless stream that it gets otherwise it changes no sample (tested).
 */
export const decoderOutput = (to: string): string[] => [
  ...['-af', 'aresample=async=1:min_hard_comp=0.01:first_pts=0', '-ac', String(CHANNELS), '-ar', String(OPUS_RATE)],
  ...['-f', 'f32le', to],
];

/** Decoded sound at its place in the track's file. */
async function* decodePlaced(job: SoundJob, planned: PlannedSound): AsyncGenerator<PcmBlock, void, undefined> {
  const process = job.ffmpeg.start({
    name: job.track.file,
    signal: job.signal,
    args: [...decoderInput(job.sound, 'pipe:0'), ...decoderOutput('pipe:1')],
  });
  let readError: Error | undefined;
  const feeding = feed(process, job.sound, planned).catch((thrown: unknown) => {
    readError = thrown instanceof Error ? thrown : new Error(String(thrown));
    process.kill();
  });
  try {
    let decoded = false;
    for await (const block of placeDecoded(process.stdout, planned.runs)) {
      decoded = true;
      yield block;
    }
    await feeding;
    if (readError !== undefined) throw readError;
    // Packets of which none is whole are no error: ffmpeg then had nothing to decode.
    if (decoded) await process.done;
  } finally {
    process.kill();
  }
}

/** Writes the packets to the decoder. */
async function feed(process: FfmpegProcess, sound: SoundTrack, { from, runs }: PlannedSound): Promise<void> {
  const stream = sound.codec.stream();
  await write(process, stream.header());
  let i = 0;
  for await (const data of sound.data(from, runs.length)) {
    const page = stream.add(data, runs[i]?.samples ?? 0);
    i++;
    if (page && !(await write(process, page))) return;
  }
  const last = stream.flush();
  if (last) await write(process, last);
  process.stdin.end();
}

/** Writes with back-pressure; false where the process no longer reads. */
export async function write(process: FfmpegProcess, data: Uint8Array): Promise<boolean> {
  const { stdin } = process;
  if (stdin.destroyed) return false;
  if (stdin.write(data)) return true;
  return await new Promise((resolve) => {
    const settle = (open: boolean) => (): void => {
      stdin.off('drain', onDrain).off('close', onClose).off('error', onClose);
      resolve(open);
    };
    const onDrain = settle(true);
    const onClose = settle(false);
    stdin.once('drain', onDrain).once('close', onClose).once('error', onClose);
  });
}

/** Cuts the decoder's output into the runs that went in, in the same order; runs that touch stay in one block. */
export async function* placeDecoded(
  decoded: AsyncIterable<Buffer>,
  planned: readonly PcmRun[],
): AsyncGenerator<PcmBlock, void, undefined> {
  const runs = [...planned];
  let usedOfFirst = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of decoded) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = rest.length - (rest.length % BYTES_PER_SAMPLE);
    const data = floats(rest.subarray(0, whole));
    rest = rest.subarray(whole);
    const { blocks, finished, usedOfNext } = cutIntoBlocks(data, runs, usedOfFirst);
    runs.splice(0, finished);
    usedOfFirst = usedOfNext;
    yield* blocks;
  }
}

/** Places `data`, which begins `used` samples into the first run. */
function cutIntoBlocks(data: Float32Array<ArrayBuffer>, runs: readonly PcmRun[], used: number) {
  const blocks: PcmBlock[] = [];
  let [at, finished, usedOfNext, blockStart] = [0, 0, used, 0];
  while (at < data.length) {
    const run = runs[finished];
    if (!run) break;
    const part = data.subarray(at, at + (run.samples - usedOfNext) * CHANNELS);
    fadeEdges(part, run, usedOfNext);
    const open = blocks.at(-1);
    if (open && !(run.gapBefore && usedOfNext === 0)) open.data = data.subarray(blockStart, at + part.length);
    else {
      blockStart = at;
      blocks.push({ position: run.position + usedOfNext, data: part });
    }
    at += part.length;
    usedOfNext += part.length / CHANNELS;
    if (usedOfNext < run.samples) break;
    usedOfNext = 0;
    finished++;
  }
  return { blocks, finished, usedOfNext };
}

/** A copy, as a buffer from a pipe is not aligned to 4 bytes. */
function floats(bytes: Buffer): Float32Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return new Float32Array(copy.buffer);
}
