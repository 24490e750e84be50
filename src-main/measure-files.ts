import { certify } from './certificate/certify.ts';
import { toRollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import type { Session, SessionHandle, SessionOutput, SessionTrack } from './contract/session.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import type { PreviewQueue } from './library/preview-queue.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { TrackPool } from './media/track-pool.ts';
import { readTimeline } from './recording/timeline.ts';

export interface MeasureTools {
  ffmpeg(): Promise<Ffmpeg>;
  emit: Emit;
  signal: AbortSignal;
  /** The session's tracks where they are open already; whoever made it closes it. */
  pool?: TrackPool | undefined;
  /** Makes the files' previews afterwards, while nobody waits. */
  previews?: Pick<PreviewQueue, 'later'> | undefined;
}

const OUTPUTS_AT_ONCE = 2;

/**
 * Measures a session's finished files: the certificate of each into the manifest. What is there already is kept. Files are
 * good without it, so what fails is said and fails nothing else; the next run tries again.
 */
export async function measureFiles(handle: SessionHandle, tools: MeasureTools): Promise<void> {
  await new FileMeasurer(handle, tools).all();
}

/** Measures a session's files as they are made, as `measureFiles` does it. */
export class FileMeasurer {
  readonly #handle: SessionHandle;
  readonly #tools: MeasureTools;
  readonly #pool: TrackPool;
  readonly #known = new Set<string>();
  readonly #waiting: string[] = [];
  readonly #workers = new Set<Promise<void>>();
  #timeline: Promise<TimelineEvent[]> | null = null;

  constructor(handle: SessionHandle, tools: MeasureTools) {
    this.#handle = handle;
    this.#tools = tools;
    this.#pool = tools.pool ?? new TrackPool(handle.dir);
  }

  /** The session is described, and this output of it is done. */
  add(outputId: string): void {
    if (this.#known.has(outputId)) return;
    this.#known.add(outputId);
    this.#waiting.push(outputId);
    if (this.#workers.size === OUTPUTS_AT_ONCE) return;
    const worker = this.#work().finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  /** Every file that is done; resolves when all are measured. Called once, at the end. */
  async all(): Promise<void> {
    for (const { output_id, state } of this.#handle.session.outputs) if (state === 'done') this.add(output_id);
    await Promise.all(this.#workers);
    // One that was added as a worker was leaving.
    await this.#work();
    if (!this.#tools.pool) await this.#pool.close();
    if (!this.#tools.signal.aborted) this.#tools.previews?.later(this.#handle.dir, this.#handle.session);
  }

  async #work(): Promise<void> {
    for (let id = this.#waiting.shift(); id !== undefined; id = this.#waiting.shift()) {
      if (this.#tools.signal.aborted) return;
      const output = this.#handle.session.outputs.find(({ output_id }) => output_id === id);
      if (output && output.kind !== 'chat') await this.#measure(output);
    }
  }

  async #measure(output: SessionOutput): Promise<void> {
    const { emit, signal } = this.#tools;
    try {
      this.#timeline ??= readTimeline(this.#handle.dir);
      const tools = { ...this.#tools, pool: this.#pool };
      if (!signal.aborted) await certifyOutput(this.#handle, output, await this.#timeline, tools);
    } catch (thrown) {
      const { code, message } = toRollcallError(thrown);
      if (code === 'CANCELLED') return;
      const said = `The certificate of ${output.file} could not be made: ${message}`;
      emit({ event: 'warning', code: 'CERTIFICATE', message: said });
    }
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
