/**
 * Many videos played as one: a master clock in session time, and each video held to it. Small deviations are mended by
 * the speed, which nobody notices, large ones by a seek. The clock stands still while one of them has nothing to show.
 */

/** The part of a video element that is used. */
export interface SyncMedia {
  currentTime: number;
  playbackRate: number;
  muted: boolean;
  readonly paused: boolean;
  readonly seeking: boolean;
  readonly readyState: number;
  play(): Promise<void>;
  pause(): void;
}

/** A video and where its time 0 lies on the session clock. */
export interface SyncSource {
  media: SyncMedia;
  startMs: number;
  durationMs: number;
}

/** Beyond this a video is set to its place; below it, its speed brings it there. */
const SEEK_BEYOND_MS = 250;
/** A deviation that is left alone. */
const FINE_MS = 8;
/** The largest change of speed: not heard. */
const MAX_BEND = 0.08;
/** HTMLMediaElement.HAVE_FUTURE_DATA */
const CAN_PLAY = 3;
/** HTMLMediaElement.HAVE_CURRENT_DATA */
const HAS_FRAME = 2;

export class SyncPlayer {
  readonly #sources = new Map<string, SyncSource>();
  readonly #now: () => number;
  #playing = false;
  #rate = 1;
  #timeMs = 0;
  #tickedAt = 0;
  #endMs: number;

  /** @param now milliseconds of a monotonic clock. */
  constructor(endMs: number, now: () => number = () => performance.now()) {
    this.#endMs = endMs;
    this.#now = now;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  add(id: string, source: SyncSource): void {
    this.#sources.set(id, source);
    this.#place(source);
  }

  remove(id: string): void {
    this.#sources.delete(id);
  }

  play(): void {
    if (this.#timeMs >= this.#endMs) this.seek(0);
    this.#playing = true;
    this.#tickedAt = this.#now();
    this.tick();
  }

  pause(): void {
    this.#playing = false;
    for (const source of this.#sources.values()) {
      source.media.pause();
      this.#place(source);
    }
  }

  seek(timeMs: number): void {
    this.#timeMs = Math.min(Math.max(0, timeMs), this.#endMs);
    for (const source of this.#sources.values()) this.#place(source);
  }

  setRate(rate: number): void {
    this.#rate = rate;
  }

  /** Moves the clock on and holds each video to it; to be called with every frame that is drawn. */
  tick(): void {
    const now = this.#now();
    const passed = now - this.#tickedAt;
    this.#tickedAt = now;
    if (!this.#playing) return;
    const waits = [...this.#sources.values()].some((source) => this.#isInside(source) && !isReady(source.media));
    if (!waits) this.#timeMs = Math.min(this.#endMs, this.#timeMs + passed * this.#rate);
    for (const source of this.#sources.values()) this.#hold(source, waits);
    if (this.#timeMs >= this.#endMs) this.pause();
  }

  /** How far apart the videos that play now are, in milliseconds of the session. */
  spreadMs(): number {
    const times = [...this.#sources.values()]
      .filter((source) => this.#isInside(source))
      .map(({ media, startMs }) => startMs + media.currentTime * 1000);
    return times.length < 2 ? 0 : Math.max(...times) - Math.min(...times);
  }

  #isInside({ startMs, durationMs }: SyncSource): boolean {
    return this.#timeMs >= startMs && this.#timeMs < startMs + durationMs;
  }

  /** Sets a video to where the clock is. */
  #place({ media, startMs, durationMs }: SyncSource): void {
    const at = Math.min(Math.max(0, this.#timeMs - startMs), Math.max(0, durationMs - 1)) / 1000;
    if (Math.abs(media.currentTime - at) > 0.001) media.currentTime = at;
  }

  #hold(source: SyncSource, waits: boolean): void {
    const { media, startMs } = source;
    if (waits || !this.#isInside(source)) {
      if (!media.paused) media.pause();
      return;
    }
    const aheadMs = media.currentTime * 1000 - (this.#timeMs - startMs);
    if (Math.abs(aheadMs) > SEEK_BEYOND_MS && !media.seeking) this.#place(source);
    const bend = Math.abs(aheadMs) <= FINE_MS ? 0 : Math.max(-MAX_BEND, Math.min(MAX_BEND, -aheadMs / 400));
    const rate = this.#rate * (1 + bend);
    if (Math.abs(media.playbackRate - rate) > 0.002) media.playbackRate = rate;
    // A refusal (the file is gone) shows in the picture's own state.
    if (media.paused) void media.play().catch(() => undefined);
  }
}

const isReady = (media: SyncMedia): boolean =>
  !media.seeking && media.readyState >= (media.paused ? HAS_FRAME : CAN_PLAY);

/** Who is heard: those in solo where somebody is, else all who are not muted. */
export function isHeard(id: string, muted: ReadonlySet<string>, solo: ReadonlySet<string>): boolean {
  return solo.size > 0 ? solo.has(id) : !muted.has(id);
}
