import { join } from 'node:path';
import { planComposite } from './composite/make-composite.ts';
import type { CardRenderer } from './contract/cards.ts';
import { toRollcallError } from './contract/errors.ts';
import { compositeFile } from './contract/ids.ts';
import { COMPOSITE_LOOK, type CompositeLook, type Session } from './contract/session.ts';
import { completeTheme } from './contract/theme.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import type { Encoders } from './media/encoders.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { renderAllPieces, type OutputPieces } from './media/render-pieces.ts';
import { DEFAULT_ENCODER, type EncoderSettings } from './media/segment.ts';
import { SessionPictures } from './media/stream-pictures.ts';
import type { TrackPool } from './media/track-pool.ts';
import { planStream, STREAM_FPS } from './streams/make-stream.ts';

/** Work files of a session, beside its tracks so that finished files are moved and not copied. */
export const WORK_DIR = '.work';
/** The composite where nothing else is asked for. */
export const COMPOSITE = { ...COMPOSITE_LOOK, fps: STREAM_FPS } as const;

/** How a session's composite looks. */
export const compositeOf = ({
  settings,
}: Pick<Session, 'settings'>): CompositeLook & { fps: number; loudnessLufs: number | undefined } => ({
  ...COMPOSITE,
  ...settings.composite_look,
  loudnessLufs: settings.loudness_lufs,
});

export interface PiecesJob {
  sessionDir: string;
  session: Session;
  timeline: readonly TimelineEvent[];
  /** Outputs whose pieces are wanted: streams' ids and `composite`. */
  outputIds: ReadonlySet<string>;
  /** Only what nothing after this session time can change. */
  untilMs: number;
  /** And only what ends after this, per output: what is before it was made by an earlier call. */
  sinceMs?: (outputId: string) => number;
  pool: TrackPool;
  ffmpeg: Ffmpeg;
  cards: CardRenderer;
  encoder: EncoderSettings;
  encoders?: Encoders | undefined;
  /** Runs of ffmpeg at a time. */
  atOnce: number;
  signal: AbortSignal;
  onProgress?: ((outputId: string, share: number) => void) | undefined;
}

/** The encoder of a session's files, as its settings want it and as the machine has it. */
export async function encoderOf(
  { settings: { encoding } }: Pick<Session, 'settings'>,
  ffmpeg: Ffmpeg,
  encoders?: Encoders,
): Promise<EncoderSettings> {
  const {
    encoder = 'auto',
    preset: effort = DEFAULT_ENCODER.effort,
    quality: crf = DEFAULT_ENCODER.crf,
  } = encoding ?? {};
  const codec = encoders ? await encoders.choose(ffmpeg, encoder) : 'libx264';
  return { ...DEFAULT_ENCODER, codec, effort, crf };
}

/**
 * Makes the pieces of all of a session's files together, which costs least: what a stream's file and the composite show
 * of the same stretch is decoded once. The same for a call that goes on and for one that is over; what the makers of the
 * files find is made by nobody else, and what they do not find they make themselves.
 * @returns up to which session time each output's pieces are there
 */
export async function makePieces(job: PiecesJob): Promise<Map<string, number>> {
  const { session, sessionDir, pool, untilMs, outputIds, sinceMs = () => -Infinity } = job;
  const made = new Map<string, number>();
  if (session.tracks.length === 0) return made;
  const pictures = await SessionPictures.open(pool, session, STREAM_FPS);
  const common = { ...job, pictures, workDir: join(sessionDir, WORK_DIR), onProgress: undefined };
  const outputs: OutputPieces[] = [];
  for (const { stream_id: streamId } of session.streams) {
    if (outputIds.has(streamId)) outputs.push(await planStream({ ...common, streamId }, untilMs, sinceMs(streamId)));
  }
  if (outputIds.has('composite')) {
    const outFile = join(sessionDir, compositeFile(session.session_id, session.epoch_ms));
    const theme = completeTheme(session.settings.theme);
    const whole = { ...common, ...compositeOf(session), theme, withoutPeers: [], outFile };
    const plan = await planComposite(whole, untilMs, sinceMs('composite'));
    if (plan) outputs.push(plan);
  }
  try {
    await renderAllPieces(outputs, job);
  } catch (thrown) {
    const { code, message } = toRollcallError(thrown);
    const { codec } = job.encoder;
    if (code !== 'FFMPEG_FAILED' || codec === 'libx264') throw thrown;
    // Pieces of two encoders do not join: what was made by the one that failed is made once more.
    job.encoders?.giveUp(codec, message);
    return await makePieces({ ...job, encoder: { ...job.encoder, codec: 'libx264' }, sinceMs: () => -Infinity });
  }
  // What ended before this was among the plans; what ends later may not have been.
  const safeMs = Math.min(pictures.tickMs(pictures.windows(untilMs).at(-1)?.to ?? 0), untilMs);
  for (const id of outputIds) made.set(id, safeMs);
  return made;
}
