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

/** Pieces looked for in a file; each costs a short run of ffmpeg. */
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
    const next = places.splice(0, POINTS - points.length);
    const found = await Promise.all(next.map(({ track, piece }) => checkPiece(job, track, piece)));
    points.push(...found.filter((point) => point !== null));
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
  // The first sample of the piece, on the file's own time line.
  const fileMs = ((first.position + PREROLL_SAMPLES - sound.codec.delaySamples) * 1000) / OPUS_RATE;
  const expectedMs = sessionMs(track.clock, fileMs) - startMs;
  const fromMs = expectedMs - (SEARCH_SAMPLES * 1000) / OPUS_RATE;
  if (fromMs < 0) return null;
  const captured: Captured = { packets: await sound.stream(first.position, runs), input: sound.codec.input };
  const { piece, there } = await decodeBoth(captured, { file, fromMs }, ffmpeg, signal);
  if (piece.length < PIECE_SAMPLES) return null;
  const at = locate(piece, there);
  if (at === null) return null;
  const offset = ((at - SEARCH_SAMPLES) * 1000) / OPUS_RATE;
  return { track_id: track.track_id, at_ms: Math.round(expectedMs), offset_ms: Math.round(offset * 100) / 100 };
}

/** Packets of a track, and how ffmpeg is told what they are. */
interface Captured {
  packets: Uint8Array;
  input: readonly string[];
}

/** Decodes a piece of a track and the stretch of the file in which it has to be, by one run: both mono at 48 kHz. */
async function decodeBoth(
  { packets, input }: Captured,
  { file, fromMs }: { file: string; fromMs: number },
  ffmpeg: Ffmpeg,
  signal: AbortSignal | undefined,
): Promise<{ piece: Float32Array; there: Float32Array }> {
  const seconds = (value: number): string => (value / 1000).toFixed(6);
  const length = seconds((STRETCH_SAMPLES * 1000) / OPUS_RATE);
  const mono = `aformat=sample_fmts=flt:sample_rates=${OPUS_RATE}:channel_layouts=mono,asetpts=N/SR/TB`;
  const decoded = PREROLL_SAMPLES + PIECE_SAMPLES;
  const graph =
    `[0:a:0]${mono},atrim=end_sample=${decoded}[piece];` +
    `[1:a:0]${mono},atrim=end_sample=${STRETCH_SAMPLES},apad=whole_len=${STRETCH_SAMPLES}[there];` +
    '[piece][there]concat=n=2:v=0:a=1[both]';
  const child = ffmpeg.start({
    ...{ name: 'sound check', signal },
    args: [
      ...['-threads', '1', ...input, '-i', 'pipe:0'],
      ...['-threads', '1', '-ss', seconds(fromMs), '-t', length, '-i', file],
      ...['-filter_complex', graph, '-map', '[both]', '-f', 'f32le', 'pipe:1'],
    ],
  });
  child.stdin.end(packets);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  await child.done;
  const all = new Uint8Array(Buffer.concat(chunks));
  const samples = new Float32Array(all.buffer, 0, Math.floor(all.byteLength / 4));
  // The packets may give less than was asked of them; the stretch is always whole.
  const end = Math.max(0, samples.length - STRETCH_SAMPLES);
  return { piece: samples.subarray(PREROLL_SAMPLES, end), there: samples.subarray(end) };
}
