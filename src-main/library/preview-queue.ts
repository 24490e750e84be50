import type { OutputPreviews } from '../contract/previews.ts';
import type { Session } from '../contract/session.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { describePreviews, ensurePreviews } from './previews.ts';

/** Previews for whoever asks, one made at a time: a list of a thousand sessions asks for all it shows at once. */
export class PreviewQueue {
  readonly #ffmpeg: () => Promise<Ffmpeg>;
  readonly #asked = new Map<string, Promise<OutputPreviews | null>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(ffmpeg: () => Promise<Ffmpeg>) {
    this.#ffmpeg = ffmpeg;
  }

  /** Null where the output has no finished file. */
  get(sessionDir: string, session: Session, outputId: string): Promise<OutputPreviews | null> {
    const key = `${sessionDir}\0${outputId}`;
    const asked = this.#asked.get(key);
    if (asked) return asked;
    const made = this.#last.then(() => this.#make(sessionDir, session, outputId));
    this.#last = made.catch(() => undefined);
    const answer = made.finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #make(sessionDir: string, session: Session, outputId: string): Promise<OutputPreviews | null> {
    const output = session.outputs.find(({ output_id }) => output_id === outputId);
    if (!output) return null;
    const index = await ensurePreviews({ sessionDir, output, ffmpeg: await this.#ffmpeg() });
    return index && describePreviews(sessionDir, session, outputId, index);
  }
}
