import { open, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../contract/errors.ts';
import { missingSoundParts, type OpenedSound, type PlannedSoundPart } from './encode-sound.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { Limiter } from './limiter.ts';
import { mix, type MixSource } from './mix.ts';
import { OPUS_RATE } from './opus.ts';
import { commitPiece } from './output-file.ts';
import type { PcmRun } from './packet-placer.ts';
import { retime } from './retime.ts';
import {
  CHANNELS,
  decoderInput,
  decoderOutput,
  placeDecoded,
  planSound,
  trackSound,
  type PcmBlock,
  type PlannedSound,
} from './sound.ts';

export interface SoundTools {
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
}

const BYTES_PER_SAMPLE = 4 * CHANNELS;
/** Read of a decoded track at a time: one second. */
const SLICE_BYTES = OPUS_RATE * BYTES_PER_SAMPLE;

/**
 * Makes parts of sound that are not there yet, of any outputs: each track is decoded once for all of them (one run of
 * ffmpeg), mixed here for each output, and all mixes are encoded by another run. Decoded sound goes through files: pipes
 * beyond stdout are not the same on all systems.
 */
export async function renderSoundParts(all: readonly PlannedSoundPart[], tools: SoundTools): Promise<void> {
  const parts = await missingSoundParts(all);
  const [first] = parts;
  if (!first) return;
  const workDir = `${first.file.slice(0, -'.m4a'.length)}.work`;
  await mkdir(workDir, { recursive: true });
  try {
    const decoded = await decodeTracks(parts, workDir, tools);
    const mixes: string[] = [];
    for (const [i, part] of parts.entries()) {
      mixes.push(join(workDir, `mix${i}.f32`));
      await writeMix(part, decoded, mixes[i] ?? '', tools);
    }
    await encodeMixes(parts, mixes, tools);
  } finally {
    await rm(workDir, { recursive: true, force: true });
    for (const { file } of parts) await rm(`${file}.part`, { force: true });
  }
}

/** A track's sound as a file of samples. */
interface DecodedTrack {
  file: string;
  runs: PcmRun[];
}

/** Decodes the tracks that several parts may sound of, by one run; those that it fails for are decoded where they are used. */
async function decodeTracks(
  parts: readonly PlannedSoundPart[],
  workDir: string,
  { ffmpeg, signal }: SoundTools,
): Promise<ReadonlyMap<string, DecodedTrack>> {
  const wanted = new Map<string, { opened: OpenedSound; planned: PlannedSound }>();
  for (const { tracks, stretch, startMs } of parts) {
    for (const opened of tracks) {
      const id = opened.track.track_id;
      const planned = planSound({ ...opened, startMs, ...stretch });
      if (planned.runs.length > 0) wanted.set(id, { opened, planned: union(wanted.get(id)?.planned, planned) });
    }
  }
  const decoded = new Map<string, DecodedTrack>();
  const args = { inputs: [] as string[], outputs: [] as string[] };
  for (const [id, { opened, planned }] of wanted) {
    const n = decoded.size;
    // What lies between two outputs' stretches is wanted by neither, and is decoded all the same.
    const runs = opened.sound.range(planned.from, endOf(planned.runs));
    const packets = join(workDir, `track${n}.packets`);
    await writeFile(packets, await opened.sound.stream(planned.from, runs));
    const file = join(workDir, `track${n}.f32`);
    args.inputs.push(...decoderInput(opened.sound, packets));
    args.outputs.push('-map', `${n}:a`, ...decoderOutput(file));
    decoded.set(id, { file, runs });
  }
  if (decoded.size === 0) return decoded;
  try {
    await ffmpeg.run({ name: 'sound', signal, args: [...args.inputs, ...args.outputs] });
  } catch (thrown) {
    // A track that cannot be decoded must not silence the others.
    if (!(thrown instanceof RollcallError) || thrown.code !== 'FFMPEG_FAILED') throw thrown;
    return new Map();
  }
  return decoded;
}

const endOf = (runs: readonly PcmRun[]): number => {
  const last = runs.at(-1);
  return last ? last.position + last.samples : 0;
};

function union(a: PlannedSound | undefined, b: PlannedSound): PlannedSound {
  if (!a) return b;
  return { ...b, from: Math.min(a.from, b.from), runs: endOf(a.runs) > endOf(b.runs) ? a.runs : b.runs };
}

/** What the tracks give to a stretch of an output's mix. */
export function mixSources(
  { tracks, startMs, stretch }: Pick<PlannedSoundPart, 'tracks' | 'startMs' | 'stretch'>,
  decoded: ReadonlyMap<string, DecodedTrack>,
  { ffmpeg, signal }: SoundTools,
): MixSource[] {
  return tracks.map((opened) => {
    const there = decoded.get(opened.track.track_id);
    const job = { ...opened, startMs, ...stretch };
    return {
      // A second early: the track's start is an estimate.
      from: ((opened.track.start_ms - 1000 - startMs) * OPUS_RATE) / 1000,
      blocks: there ? decodedSound(there, planSound(job)) : trackSound({ ...job, ffmpeg, signal }),
    };
  });
}

/** Mixes a part's tracks into a file of samples. */
async function writeMix(
  part: PlannedSoundPart,
  decoded: ReadonlyMap<string, DecodedTrack>,
  file: string,
  tools: SoundTools,
): Promise<void> {
  const { stretch, encodeFrom, limit, gain } = part;
  const sources = mixSources(part, decoded, tools);
  const limiter = limit ? new Limiter() : null;
  let unused = (encodeFrom - stretch.from) * CHANNELS;
  const handle = await open(file, 'w');
  const put = async (samples: Float32Array): Promise<void> => {
    const used = samples.subarray(Math.min(unused, samples.length));
    unused = Math.max(0, unused - samples.length);
    if (used.length > 0) await handle.writeFile(new Uint8Array(used.buffer, used.byteOffset, used.byteLength));
  };
  try {
    for await (const block of mix(sources, stretch.from, stretch.to)) {
      if (tools.signal?.aborted) throw cancelled();
      if (gain !== 1) for (let i = 0; i < block.length; i++) block[i] = (block[i] ?? 0) * gain;
      await put(limiter ? limiter.push(block) : block);
    }
    if (limiter) await put(limiter.flush());
  } finally {
    await handle.close();
  }
}

/** The runs of a plan out of a decoded file, at their places in the output. */
async function* decodedSound(
  { file, runs }: DecodedTrack,
  planned: PlannedSound,
): AsyncGenerator<PcmBlock, void, undefined> {
  const first = runs.findIndex(({ position }) => position >= (planned.runs[0]?.position ?? Infinity));
  if (first < 0) return;
  const skipped = runs.slice(0, first).reduce((sum, { samples }) => sum + samples, 0);
  const samples = planned.runs.reduce((sum, run) => sum + run.samples, 0);
  const slices = readSlices(file, skipped * BYTES_PER_SAMPLE, samples * BYTES_PER_SAMPLE);
  yield* retime(placeDecoded(slices, planned.runs), planned.pieces);
}

async function* readSlices(file: string, from: number, length: number): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file, 'r');
  try {
    for (let at = 0; at < length;) {
      const slice = Buffer.allocUnsafe(Math.min(SLICE_BYTES, length - at));
      const { bytesRead } = await handle.read(slice, 0, slice.length, from + at);
      // The decoder may have ended early: the rest is silent.
      if (bytesRead === 0) return;
      yield slice.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/**
 * Of the coders of ffmpeg's AAC encoder the one that is better from 96 kbit/s on: with voices its noise is 9 dB below that
 * of ffmpeg 5's own choice (`twoloop`), with tones 35 dB, for a third of the work.
 */
const AAC = ['-c:a', 'aac', '-aac_coder', 'fast'] as const;

async function encodeMixes(
  parts: readonly PlannedSoundPart[],
  mixes: readonly string[],
  { ffmpeg, signal }: SoundTools,
): Promise<void> {
  const inputs = mixes.flatMap((mix) => ['-f', 'f32le', '-ar', String(OPUS_RATE), '-ac', String(CHANNELS), '-i', mix]);
  const outputs = parts.flatMap(({ bitrateKbps, file }, i) => [
    ...['-map', `${i}:a`, '-map_metadata', '-1', ...AAC, '-b:a', `${bitrateKbps}k`, '-f', 'mp4', `${file}.part`],
  ]);
  const name = parts.map(({ outputId }) => `${outputId} (sound)`).join(' ');
  const result = await ffmpeg.run({ name, signal, args: [...inputs, ...outputs] });
  for (const part of parts) {
    const [missing] = await missingSoundParts([{ ...part, file: `${part.file}.part` }]);
    if (!missing) continue;
    throw new RollcallError(
      'FFMPEG_FAILED',
      `ffmpeg made too little of the sound of "${part.outputId}".`,
      'The captured tracks are kept: try again, and report the details if it fails again.',
      { details: result.stderrTail },
    );
  }
  for (const { file } of parts) await commitPiece(`${file}.part`, file);
}

const cancelled = (): RollcallError =>
  new RollcallError('CANCELLED', 'Making the sound was cancelled.', 'Start it again when you want the file.');
