import { certify } from './certificate/certify.ts';
import { toRollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import type { Session, SessionHandle, SessionOutput, SessionTrack } from './contract/session.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import { ensurePreviews } from './library/previews.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { TrackPool } from './media/track-pool.ts';
import { readTimeline } from './recording/timeline.ts';

export interface MeasureTools {
  ffmpeg(): Promise<Ffmpeg>;
  emit: Emit;
  signal: AbortSignal;
  /** The session's tracks where they are open already; whoever made it closes it. */
  pool?: TrackPool | undefined;
}

const OUTPUTS_AT_ONCE = 2;

/**
 * Measures a session's finished files: the certificate of each into the manifest, then its previews. What is there
 * already is kept. Files are good without it, so what fails is said and fails nothing else; the next run tries again.
 */
export async function measureFiles(handle: SessionHandle, tools: MeasureTools): Promise<void> {
  const pool = tools.pool ?? new TrackPool(handle.dir);
  const waiting = handle.session.outputs.filter(({ state, kind }) => state === 'done' && kind !== 'chat');
  const timeline = await readTimeline(handle.dir);
  const work = async (): Promise<void> => {
    for (let output = waiting.shift(); output !== undefined; output = waiting.shift()) {
      if (tools.signal.aborted) return;
      const certified = attempt(output, 'certificate', tools, () =>
        certifyOutput(handle, output, timeline, { ...tools, pool }),
      );
      const previewed = attempt(output, 'previews', tools, async () => {
        const { signal } = tools;
        await ensurePreviews({ sessionDir: handle.dir, output, ffmpeg: await tools.ffmpeg(), signal });
      });
      await Promise.all([certified, previewed]);
    }
  };
  await Promise.all(Array.from({ length: OUTPUTS_AT_ONCE }, work));
  if (!tools.pool) await pool.close();
}

async function attempt(
  { file }: SessionOutput,
  what: 'certificate' | 'previews',
  { emit, signal }: MeasureTools,
  work: () => Promise<void>,
): Promise<void> {
  try {
    if (!signal.aborted) await work();
  } catch (thrown) {
    const { code, message } = toRollcallError(thrown);
    if (code === 'CANCELLED') return;
    emit({
      event: 'warning',
      code: what.toUpperCase(),
      message: `The ${what} of ${file} could not be made: ${message}`,
    });
  }
}

async function certifyOutput(
  handle: SessionHandle,
  output: SessionOutput,
  timeline: readonly TimelineEvent[],
  tools: MeasureTools & { pool: TrackPool },
): Promise<void> {
  const { output_id, file, start_ms, sha256 } = output;
  if (sha256 === null || output.certificate?.sha256 === sha256) return;
  const certificate = await certify({
    ...{
      sessionDir: handle.dir,
      output: { file, start_ms, sha256 },
      tracks: tracksOf(handle.session, output),
      timeline,
    },
    ...{ pool: tools.pool, ffmpeg: await tools.ffmpeg(), signal: tools.signal },
  });
  await handle.update((draft) => {
    const own = draft.outputs.find((candidate) => candidate.output_id === output_id);
    // Made again meanwhile: that file has a certificate of its own.
    if (own?.sha256 === sha256) own.certificate = certificate;
  });
}

/** The tracks that an output is made of. */
export function tracksOf({ tracks }: Readonly<Session>, { kind, stream_id }: SessionOutput): SessionTrack[] {
  return tracks.filter((track) => kind === 'composite' || track.stream_id === stream_id);
}
