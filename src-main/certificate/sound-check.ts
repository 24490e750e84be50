import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionTrack } from '../contract/session.ts';
import { sessionMs } from '../media/clock-map.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { OPUS_RATE } from '../media/opus.ts';
import type { PcmRun } from '../media/packet-placer.ts';
import type { SoundTrack } from '../media/sound-track.ts';
import { locate } from './correlate.ts';

/** What is looked for, and how far from its place. */
const PIECE_SAMPLES = OPUS_RATE;
const SEARCH_SAMPLES = 0.25 * OPUS_RATE;
/** Decoded first and not used, by either decoder. */
const PREROLL_SAMPLES = 0.4 * OPUS_RATE;
/** Of the file, around the place where the piece has to be. */
const STRETCH_SAMPLES = PIECE_SAMPLES + 2 * SEARCH_SAMPLES;

export interface SoundCheckJob {
  /** The finished file, and where its time 0 lies on the session clock. */
  file: string;
  startMs: number;
  durationMs: number;
  tracks: readonly { track: SessionTrack; sound: SoundTrack }[];
  ffmpeg: Ffmpeg;
  signal?: AbortSignal | undefined;
}

export interface SoundPoint {
  track_id: string;
  /** File time. */
  at_ms: number;
  /** Positive: the file has it late. */
  offset_ms: number;
}

/** How far a stretch without a gap is looked for. */
const LOOK_SAMPLES = 30 * OPUS_RATE;

/** Pieces looked for in a file, by one short run of ffmpeg. */
const POINTS = 3;
/** Places tried for them: some are silent. */
const TRIES = 6;

/**
 * Looks for pieces of the captured sound in the finished file. The piece is decoded from the track's packets by
 * themselves, and where it should be is worked out from its first packet's timestamp and the track's clock alone: none
 * of the code that placed, mixed, encoded and joined the sound has a part in it.
 */
export async function checkSound(job: SoundCheckJob): Promise<SoundPoint[]> {
  const points: SoundPoint[] = [];
  const places = [...candidates(job)].slice(0, TRIES);
  while (points.length < POINTS && places.length > 0) {
    points.push(...(await checkPieces(job, places.splice(0, POINTS - points.length))));
  }
  return points;
}

interface Candidate {
  track: SessionTrack;
  piece: { sound: SoundTrack; runs: PcmRun[] };
}

/** Stretches without a gap, spread over the tracks and over each track's length. */
function* candidates({ tracks, startMs, durationMs }: SoundCheckJob): Generator<Candidate> {
  for (const share of [0.5, 0.15, 0.85, 0.3, 0.7]) {
    for (const { track, sound } of tracks) {
      const from = share * sound.lastFileMs * (OPUS_RATE / 1000) - PREROLL_SAMPLES;
      const runs = unbroken(sound.range(Math.max(0, from), from + LOOK_SAMPLES));
      const first = runs[0];
      if (!first) continue;
      const at = sessionMs(track.clock, (first.position * 1000) / OPUS_RATE) - startMs;
      const needed = ((PREROLL_SAMPLES + PIECE_SAMPLES + SEARCH_SAMPLES) * 1000) / OPUS_RATE;
      if (at > 0 && at + needed < durationMs) yield { track, piece: { sound, runs } };
    }
  }
}

/** The first stretch of runs that is long enough and has no gap in it. */
function unbroken(runs: readonly PcmRun[]): PcmRun[] {
  let stretch: PcmRun[] = [];
  let samples = 0;
  for (const run of runs) {
    if (run.gapBefore) [stretch, samples] = [[], 0];
    stretch.push(run);
    samples += run.samples;
    if (samples >= PREROLL_SAMPLES + PIECE_SAMPLES) return stretch;
  }
  return [];
}

/** Looks for pieces, all of them by one run of ffmpeg. @returns those that were found */
async function checkPieces(job: SoundCheckJob, places: readonly Candidate[]): Promise<SoundPoint[]> {
  const wanted = places.flatMap((candidate) => {
    const expectedMs = placeInFile(job, candidate);
    const fromMs = expectedMs - (SEARCH_SAMPLES * 1000) / OPUS_RATE;
    return fromMs < 0 ? [] : [{ ...candidate, expectedMs, fromMs }];
  });
  if (wanted.length === 0) return [];
  const decoded = await decodePieces(job, wanted);
  return wanted.flatMap(({ track, expectedMs }, i): SoundPoint[] => {
    const { piece, there } = decoded[i] ?? {};
    // The packets may give less than was asked of them.
    if (!piece || !there || piece.length < PIECE_SAMPLES) return [];
    const at = locate(piece, there);
    if (at === null) return [];
    const offset = ((at - SEARCH_SAMPLES) * 1000) / OPUS_RATE;
    return [{ track_id: track.track_id, at_ms: Math.round(expectedMs), offset_ms: Math.round(offset * 100) / 100 }];
  });
}

/** The time of a piece's first sample on the file's own time line, milliseconds. */
function placeInFile({ startMs }: SoundCheckJob, { track, piece: { sound, runs } }: Candidate): number {
  const position = (runs[0]?.position ?? 0) + PREROLL_SAMPLES - sound.codec.delaySamples;
  return sessionMs(track.clock, (position * 1000) / OPUS_RATE) - startMs;
}

/** Decodes pieces of tracks and the stretches of the file in which they have to be: mono at 48 kHz. */
async function decodePieces(
  { file, ffmpeg, signal }: SoundCheckJob,
  wanted: readonly (Candidate & { fromMs: number })[],
): Promise<{ piece: Float32Array; there: Float32Array }[]> {
  const seconds = (value: number): string => (value / 1000).toFixed(6);
  const length = seconds((STRETCH_SAMPLES * 1000) / OPUS_RATE);
  const mono = `aformat=sample_fmts=flt:sample_rates=${OPUS_RATE}:channel_layouts=mono,asetpts=N/SR/TB`;
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-sound-'));
  const path = (name: string): string => join(dir, name);
  try {
    const args = { inputs: [] as string[], outputs: [] as string[] };
    for (const [i, { piece, fromMs }] of wanted.entries()) {
      const [first] = piece.runs;
      await writeFile(path(`${i}.packets`), await piece.sound.stream(first?.position ?? 0, piece.runs));
      args.inputs.push('-threads', '1', ...piece.sound.codec.input, '-i', path(`${i}.packets`));
      args.inputs.push('-threads', '1', '-ss', seconds(fromMs), '-t', length, '-i', file);
      const decoded = `${mono},atrim=start_sample=${PREROLL_SAMPLES}:end_sample=${PREROLL_SAMPLES + PIECE_SAMPLES}`;
      const there = `${mono},atrim=end_sample=${STRETCH_SAMPLES},apad=whole_len=${STRETCH_SAMPLES}`;
      args.outputs.push('-map', `${2 * i}:a:0`, '-af', decoded, '-f', 'f32le', path(`${i}.piece`));
      args.outputs.push('-map', `${2 * i + 1}:a:0`, '-af', there, '-f', 'f32le', path(`${i}.there`));
    }
    await ffmpeg.run({ name: 'sound check', signal, args: [...args.inputs, ...args.outputs] });
    return await Promise.all(
      wanted.map(async (_, i) => ({
        piece: await readSamples(path(`${i}.piece`)),
        there: await readSamples(path(`${i}.there`)),
      })),
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function readSamples(file: string): Promise<Float32Array> {
  const bytes = new Uint8Array(await readFile(file));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}
