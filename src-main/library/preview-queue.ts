import type { OutputPreviews } from '../contract/previews.ts';
import type { Session } from '../contract/session.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';

/**
 * The previews of all sessions, one made at a time and each once, whoever asks: a list of a thousand sessions asks for all
 * it shows at once, and a recording that is over for its own.
 */
export class PreviewQueue {
  readonly #ffmpeg: () => Promise<Ffmpeg>;
  readonly #asked = new Map<string, Promise<OutputPreviews | null>>();
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(ffmpeg: () => Promise<Ffmpeg>) {
    this.#ffmpeg = ffmpeg;
  }

  /** Null where the output has no finished file. */
  get(sessionDir: string, session: Readonly<Session>, outputId: string): Promise<OutputPreviews | null> {
    const key = `${sessionDir}\0${outputId}`;
    const asked = this.#asked.get(key);
    if (asked) return asked;
    const made = this.#last.then(() => this.#make(sessionDir, session, outputId));
    this.#last = made.catch(() => undefined);
    const answer = made.finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  /** Makes the previews of a session's files while nobody waits. Files are good without: what fails is said, no more. */
  later(sessionDir: string, session: Readonly<Session>): void {
    for (const { output_id, kind, file } of session.outputs) {
      if (kind === 'chat') continue;
      this.get(sessionDir, session, output_id).catch((error: unknown) => {
        if (!this.#closing.signal.aborted) console.error(`The previews of ${file} could not be made:`, error);
      });
    }
  }

  /** Resolves when all that was asked for is made. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Stops what is being made; it is made when it is asked for again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  async #make(sessionDir: string, session: Readonly<Session>, outputId: string): Promise<OutputPreviews | null> {
    const output = session.outputs.find(({ output_id }) => output_id === outputId);
    if (!output) return null;
    const { signal } = this.#closing;
    // What makes them is loaded by those commands only that need it.
    const { describePreviews, ensurePreviews } = await import('./previews.ts');
    const index = await ensurePreviews({ sessionDir, output, ffmpeg: await this.#ffmpeg(), signal });
    return index && describePreviews(sessionDir, session, outputId, index);
  }
}
