/** A frame that waits so long for one before it may wait in vain. */
const SUSPECT_MS = 100;
/** What has come after so long without a key frame is looked at. */
const CHECK_MS = 500;
/** Fewer frames say nothing. */
const LEAST_FRAMES = 3;

/** A stretch of a track whose frames need one that never came; Unix milliseconds, and milliseconds of the track's file. */
export interface Damage {
  fromMs: number;
  toMs: number;
  /** From the first such frame to the key frame that ends it; Infinity where none came. */
  fileMs: [number, number];
}

interface Suspicion {
  fileMs: number;
  atMs: number;
  /** Frames that the decoder had then; null until it is known. */
  decodedBefore: number | null;
  /** Frames that have come since. */
  frames: number;
  key: { fileMs: number; atMs: number } | null;
  asked: boolean;
}

/**
 * Finds the frames that cannot be decoded because one before them is missing. Chromium tells neither which frames a frame
 * needs nor their packets' numbers. But its own receiver knows: it holds every frame back that would not decode. So where
 * a frame seems to be missing, and the decoder gets nothing while frames come, they are damaged, up to the next key frame.
 */
export class DamageDetector {
  readonly #askDecoded: () => void;
  readonly #found: (damage: Damage) => void;
  #suspicion: Suspicion | null = null;
  /** Frames that are known to be damaged, until a key frame comes. */
  #open: { fileMs: number; atMs: number } | null = null;

  /**
   * @param askDecoded asks how many frames the decoder has had; answered by `decoded`.
   * @param found gets each damage once it has ended.
   */
  constructor(askDecoded: () => void, found: (damage: Damage) => void) {
    this.#askDecoded = askDecoded;
    this.#found = found;
  }

  /** Whether frames are damaged now, so that a key frame would help. */
  get damaged(): boolean {
    return this.#open !== null;
  }

  /** A frame has been waiting for one before it; `fileMs` is its own. */
  waiting(fileMs: number, sinceMs: number, nowMs: number): void {
    if (this.#suspicion || this.#open || nowMs - sinceMs < SUSPECT_MS) return;
    this.#suspicion = { fileMs, atMs: sinceMs, decodedBefore: null, frames: 0, key: null, asked: true };
    this.#askDecoded();
  }

  /** What was waited for has come. */
  filled(): void {
    this.#suspicion = null;
  }

  /** A frame came after those that need it had been let go. */
  late(fileMs: number, atMs: number): void {
    this.#open ??= { fileMs, atMs };
    this.#suspicion = null;
  }

  /** A frame has come. */
  frame(fileMs: number, key: boolean, atMs: number): void {
    if (key && this.#open && fileMs > this.#open.fileMs) {
      this.#found({ fromMs: this.#open.atMs, toMs: atMs, fileMs: [this.#open.fileMs, fileMs] });
      this.#open = null;
    }
    const suspicion = this.#suspicion;
    if (!suspicion || suspicion.key) return;
    if (key && fileMs >= suspicion.fileMs) suspicion.key = { fileMs, atMs };
    else suspicion.frames += 1;
    const isDue = suspicion.key !== null || atMs - suspicion.atMs >= CHECK_MS;
    if (suspicion.decodedBefore === null || suspicion.asked || !isDue) return;
    suspicion.asked = true;
    this.#askDecoded();
  }

  /** How many frames the decoder has had. */
  decoded(frames: number): void {
    const suspicion = this.#suspicion;
    if (!suspicion?.asked) return;
    suspicion.asked = false;
    if (suspicion.decodedBefore === null) {
      suspicion.decodedBefore = frames;
      return;
    }
    this.#suspicion = null;
    const { fileMs, atMs, key } = suspicion;
    const isStuck = frames - suspicion.decodedBefore < suspicion.frames / 2;
    if (suspicion.frames < LEAST_FRAMES || !isStuck) return;
    if (key) this.#found({ fromMs: atMs, toMs: key.atMs, fileMs: [fileMs, key.fileMs] });
    else this.#open = { fileMs, atMs };
  }

  /** The track ends. */
  end(nowMs: number): void {
    if (this.#open) this.#found({ fromMs: this.#open.atMs, toMs: nowMs, fileMs: [this.#open.fileMs, Infinity] });
    this.#open = null;
  }
}
