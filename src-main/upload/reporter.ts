import { RollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { Session, SessionOutput, SessionUpload } from '../contract/session.ts';
import type { StoreTarget } from '../contract/settings.ts';
import { outputKey } from './keys.ts';

const PROGRESS_INTERVAL_MS = 500;
/** The rate is that of the last so many milliseconds: parts arrive in steps. */
const RATE_WINDOW_MS = 20_000;
/** Before that what the system's own buffers take looks like speed. */
const RATE_AFTER_MS = 2_000;

/** Bytes a second over the last seconds. Pure but for what it remembers. */
export class RateMeter {
  #samples: { atMs: number; sent: number }[] = [];

  /** @param sent bytes so far, in all. */
  add(sent: number, atMs: number): void {
    this.#samples.push({ atMs, sent });
    // One sample from before the window stays, so that there is always a stretch to measure.
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) < atMs - RATE_WINDOW_MS) this.#samples.shift();
  }

  /** null: nothing has been sent yet, or not for long enough. */
  rate(atMs: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.sent <= first.sent) return null;
    if (atMs - first.atMs < RATE_AFTER_MS) return null;
    return ((last.sent - first.sent) * 1000) / (atMs - first.atMs);
  }
}

export interface ReporterOptions {
  handle: { session: Readonly<Session> };
  emit: Emit;
}

/** Tells how far one file is: at each change, at most twice a second and at least so while it is under way. */
export class Reporter {
  readonly #emit: (state: SessionUpload['state'], sent: number, pace?: { rate: number; eta: number }) => void;
  readonly #meter = new RateMeter();
  readonly #size: number;
  #sent = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor({ handle, emit }: ReporterOptions, output: SessionOutput, target: StoreTarget | null) {
    this.#size = output.size_bytes;
    const event = {
      event: 'upload',
      output_id: output.output_id,
      key: keyOrFile(handle.session, output, target),
      size: output.size_bytes,
    } as const;
    this.#emit = (state, sent, pace) => emit({ ...event, state, sent, ...pace });
  }

  start(): void {
    this.#emit('uploading', 0);
    this.#timer = setInterval(() => this.#tell(), PROGRESS_INTERVAL_MS);
  }

  progress(sent: number): void {
    this.#sent = sent;
    this.#meter.add(sent, Date.now());
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  end(state: SessionUpload['state'], sent: number): void {
    this.stop();
    this.#emit(state, sent);
  }

  #tell(): void {
    const rate = this.#meter.rate(Date.now());
    const pace =
      rate === null ? undefined : { rate: Math.round(rate), eta: Math.ceil((this.#size - this.#sent) / rate) };
    this.#emit('uploading', this.#sent, pace);
  }
}

/** The key, or where the prefix makes none (an error that the upload itself reports) the file. */
function keyOrFile(session: Readonly<Session>, output: SessionOutput, target: StoreTarget | null): string {
  try {
    return outputKey(target?.prefix ?? '', session, output);
  } catch (error) {
    if (error instanceof RollcallError) return output.file;
    throw error;
  }
}
