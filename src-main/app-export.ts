import { basename } from 'node:path';
import { composeAgain, composeStill } from './compose.ts';
import type { ComposeWords } from './cli/program.ts';
import { RollcallError, toRollcallError } from './contract/errors.ts';
import type { ExportOptions, ExportView } from './contract/export.ts';
import type { FinishTools } from './finish.ts';
import type { ExportService } from './shell/app-service.ts';

/** Progress is told no more often. */
const TELL_INTERVAL_MS = 250;

export interface AppExportOptions {
  /** The folder of a session; rejects where the library has none of this id. */
  dirOf(sessionId: string): Promise<string>;
  tools: Pick<FinishTools, 'ffmpeg' | 'cards' | 'encoders'>;
  onChange(view: ExportView | null): void;
}

/** Makes files of sessions for people, one at a time, where they want them; the sessions are left alone. */
export class AppExport implements ExportService {
  readonly #options: AppExportOptions;
  #view: ExportView | null = null;
  #abort: AbortController | null = null;
  #done: Promise<void> = Promise.resolve();
  #file: string | null = null;
  #toldAtMs = 0;
  #still: AbortController | null = null;

  constructor(options: AppExportOptions) {
    this.#options = options;
  }

  get view(): ExportView | null {
    return this.#view;
  }

  /** The file of the last export that was finished, absolute. */
  get file(): string | null {
    return this.#view?.state === 'done' ? this.#file : null;
  }

  /** Begins to make `outFile`; what becomes of it is told as it goes. @throws RollcallError SESSION_BUSY while another is made */
  async start(sessionId: string, options: ExportOptions, outFile: string): Promise<void> {
    this.assertFree();
    const abort = new AbortController();
    this.#abort = abort;
    this.#file = outFile;
    this.#show({ sessionId, name: basename(outFile), state: 'working', progress: 0, error: null });
    const sessionDir = await this.#options.dirOf(sessionId).catch((error: unknown) => {
      this.#end({ state: 'failed', error: toRollcallError(error).toRecord() });
      throw error;
    });
    this.#done = composeAgain(
      { ...wordsOf(sessionDir, options), out: outFile },
      {
        ...this.#options.tools,
        signal: abort.signal,
        emit: (event) => event.event === 'finalizing' && this.#progress(event.progress),
      },
    )
      .then(() => this.#end({ state: 'done', progress: 1 }))
      .catch((thrown: unknown) => {
        const error = toRollcallError(thrown);
        this.#end(abort.signal.aborted ? { state: 'stopped' } : { state: 'failed', error: error.toRecord() });
      });
  }

  /** @throws RollcallError SESSION_BUSY while one is made */
  assertFree(): void {
    if (this.#view?.state !== 'working') return;
    throw new RollcallError(
      'SESSION_BUSY',
      `"${this.#view.name}" is being exported already.`,
      'Wait until that is done, or stop it.',
    );
  }

  /** One picture of what would be made, `atS` seconds from the composite's start, as JPEG. A later call stops an earlier one. */
  async still(sessionId: string, options: ExportOptions, atS: number): Promise<Buffer> {
    this.#still?.abort();
    const abort = new AbortController();
    this.#still = abort;
    const sessionDir = await this.#options.dirOf(sessionId);
    return composeStill(wordsOf(sessionDir, options), atS, {
      ...this.#options.tools,
      signal: abort.signal,
      emit: () => undefined,
    });
  }

  /** Stops the export under way; nothing of it is left. */
  async cancel(): Promise<void> {
    this.#abort?.abort();
    await this.#done;
  }

  /** Puts the last export away. */
  dismiss(): void {
    if (this.#view?.state === 'working') return;
    this.#show(null);
  }

  #progress(progress: number): void {
    if (this.#view?.state !== 'working' || Date.now() - this.#toldAtMs < TELL_INTERVAL_MS) return;
    this.#toldAtMs = Date.now();
    this.#show({ ...this.#view, progress });
  }

  #end(over: Partial<ExportView>): void {
    this.#abort = null;
    if (this.#view) this.#show({ ...this.#view, ...over });
  }

  #show(view: ExportView | null): void {
    this.#view = view;
    this.#options.onChange(view);
  }
}

const wordsOf = (sessionDir: string, options: ExportOptions): ComposeWords => {
  const { loudnessLufs, ...rest } = options;
  return { ...rest, sessionDir, fps: null, ...(loudnessLufs === null ? {} : { loudness: loudnessLufs }) };
};
