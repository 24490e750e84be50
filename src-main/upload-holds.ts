import type { UploadsHeld } from './contract/ipc.ts';
import type { UploadsSettings } from './contract/settings.ts';
import { uploadLimit, UploadFlow } from './upload/flow.ts';

/** Who has touched nothing for so long is not at the computer. */
const IDLE_S = 120;
const LOOK_INTERVAL_MS = 10_000;

export interface UploadHoldsOptions {
  settings(): { uploads?: UploadsSettings | null | undefined };
  isCapturing(): boolean;
  /** For how long nobody has touched the computer, seconds. */
  idleSeconds(): number;
  /** Knows while it is watched whether the network costs by the byte, and calls `apply` when that changes. */
  network: { readonly metered: boolean | null; watch(wanted: boolean): void };
  /** What holds uploads back is another now. */
  onChange(): void;
}

/**
 * Why the app's uploads wait, and that they do: the user paused them, a call is recorded, the network costs by the byte,
 * somebody uses the computer.
 */
export class UploadHolds {
  /** Every upload of the app goes through it. */
  readonly flow = new UploadFlow();
  readonly #options: UploadHoldsOptions;
  #held: UploadsHeld | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UploadHoldsOptions) {
    this.#options = options;
  }

  get held(): UploadsHeld | null {
    return this.#held;
  }

  /** Looks at everything that may hold uploads back, and lets them wait or go. */
  apply(): void {
    const settings = this.#options.settings();
    const { uploads } = settings;
    this.flow.setLimit(uploadLimit(settings));
    this.#watchIdle(uploads?.only_when_idle === true);
    this.#options.network.watch(uploads?.only_unmetered === true);
    const held = this.#reason(uploads);
    if (held === this.#held) return;
    this.#held = held;
    if (held === null) this.flow.release('app');
    else this.flow.hold('app');
    this.#options.onChange();
  }

  /** Nothing is held any more: what waits is stopped, and goes on when the app is started again. */
  close(): void {
    this.#watchIdle(false);
    this.#options.network.watch(false);
    this.flow.giveUp();
  }

  #reason(uploads: UploadsSettings | null | undefined): UploadsHeld | null {
    if (uploads?.paused === true) return 'paused';
    if (uploads?.hold_during_calls === true && this.#options.isCapturing()) return 'call';
    if (uploads?.only_unmetered === true && this.#options.network.metered === true) return 'metered';
    if (uploads?.only_when_idle === true && this.#options.idleSeconds() < IDLE_S) return 'in-use';
    return null;
  }

  #watchIdle(wanted: boolean): void {
    if (wanted) this.#timer ??= setInterval(() => this.apply(), LOOK_INTERVAL_MS);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
