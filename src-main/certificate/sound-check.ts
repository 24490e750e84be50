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

/** Pieces looked for in a file; each costs two short decodes. */
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
  let tries = 0;
  for (const { track, piece } of candidates(job)) {
    if (points.length === POINTS || tries++ === TRIES) break;
    const point = await checkPiece(job, track, piece);
    if (point) points.push(point);
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

async function checkPiece(
  { file, startMs, ffmpeg, signal }: SoundCheckJob,
  track: SessionTrack,
  { sound, runs }: Candidate['piece'],
): Promise<SoundPoint | null> {
  const first = runs[0];
  if (!first) return null;
  const decoded = await decodePackets(sound, runs, ffmpeg, signal);
  const piece = decoded.subarray(PREROLL_SAMPLES, PREROLL_SAMPLES + PIECE_SAMPLES);
  if (piece.length < PIECE_SAMPLES) return null;
  // The first sample of the piece, on the file's own time line.
  const fileMs = ((first.position + PREROLL_SAMPLES - sound.codec.delaySamples) * 1000) / OPUS_RATE;
  const expectedMs = sessionMs(track.clock, fileMs) - startMs;
  const fromMs = expectedMs - (SEARCH_SAMPLES * 1000) / OPUS_RATE;
  if (fromMs < 0) return null;
  const there = await decodeFile(file, fromMs, PIECE_SAMPLES + 2 * SEARCH_SAMPLES, ffmpeg, signal);
  const at = locate(piece, there);
  if (at === null) return null;
  const offset = ((at - SEARCH_SAMPLES) * 1000) / OPUS_RATE;
  return { track_id: track.track_id, at_ms: Math.round(expectedMs), offset_ms: Math.round(offset * 100) / 100 };
}

async function decodePackets(
  sound: SoundTrack,
  runs: readonly PcmRun[],
  ffmpeg: Ffmpeg,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const stream = await sound.stream(runs[0]?.position ?? 0, runs);
  const args = ['-threads', '1', ...sound.codec.input, '-i', 'pipe:0', ...MONO];
  return decode(ffmpeg, args, stream, signal);
}

const MONO = ['-ac', '1', '-ar', String(OPUS_RATE), '-f', 'f32le', 'pipe:1'];

function decodeFile(
  file: string,
  fromMs: number,
  samples: number,
  ffmpeg: Ffmpeg,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const seconds = (value: number): string => (value / 1000).toFixed(6);
  const length = seconds((samples * 1000) / OPUS_RATE);
  const place = ['-ss', seconds(fromMs), '-t', length, '-i', file, '-map', '0:a:0'];
  return decode(ffmpeg, ['-threads', '1', ...place, ...MONO], null, signal);
}

async function decode(
  ffmpeg: Ffmpeg,
  args: string[],
  input: Uint8Array | null,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const child = ffmpeg.start({ name: 'sound check', signal, args });
  child.stdin.end(input ?? undefined);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  await child.done;
  const all = new Uint8Array(Buffer.concat(chunks));
  return new Float32Array(all.buffer, 0, Math.floor(all.byteLength / 4));
}
