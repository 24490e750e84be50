import type { CaptureMessage } from '../../src-main/contract/capture.ts';

/** A track's bytes leave for main when this many are together, or after FLUSH_MS. */
const BATCH_BYTES = 64 * 1024;
const FLUSH_MS = 200;
/** Chunks that main has not confirmed as written; beyond it they wait here. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** What may wait here, bytes. */
export interface OutboxLimits {
  /** More waiting means that the disk cannot follow: said once, and again after it has recovered. */
  warnBytes: number;
  /** The bound: beyond it nothing more is to be given, until `againBelowBytes` wait. */
  maxBytes: number;
  againBelowBytes: number;
}

/** The bound is about a minute of sixteen people, and memory that a computer which records has to spare. */
const LIMITS: OutboxLimits = {
  warnBytes: 64 * 1024 * 1024,
  maxBytes: 256 * 1024 * 1024,
  againBelowBytes: 32 * 1024 * 1024,
};

interface Pending {
  position: number;
  parts: Uint8Array[];
  size: number;
}

/**
 * The way of everything from the Worker to main: messages in order, track bytes in batches, with a bound on what is in
 * flight. Nothing is ever dropped here; where main cannot follow, a warning says so, and at the bound whoever gives is told
 * to stop giving.
 */
export class Outbox {
  readonly #post: (message: CaptureMessage) => void;
  readonly #sessionMs: () => number;
  readonly #pending = new Map<string, Pending>();
  readonly #queue: CaptureMessage[] = [];
  #sentBytes = 0;
  #writtenBytes = 0;
  #waitingBytes = 0;
  #warned = false;
  #full = false;
  readonly #onFull: (full: boolean) => void;
  readonly #limits: OutboxLimits;

  /**
   * @param sessionMs the time on the session clock now, for warnings.
   * @param onFull the bound is reached, or there is room again.
   */
  constructor(
    post: (message: CaptureMessage) => void,
    sessionMs: () => number,
    onFull: (full: boolean) => void,
    limits = LIMITS,
  ) {
    this.#limits = limits;
    this.#post = post;
    this.#sessionMs = sessionMs;
    this.#onFull = onFull;
    setInterval(() => this.flush(), FLUSH_MS);
  }

  /** Sends a message after everything that was given before it. */
  send(message: CaptureMessage): void {
    this.flush();
    this.#enqueue(message);
  }

  /** The next bytes of a track's file. The array belongs to the outbox from now on. */
  append(trackId: string, position: number, data: Uint8Array): void {
    let pending = this.#pending.get(trackId);
    if (pending && pending.position + pending.size !== position) {
      this.#flushTrack(trackId, pending);
      pending = undefined;
    }
    if (!pending) {
      pending = { position, parts: [], size: 0 };
      this.#pending.set(trackId, pending);
    }
    pending.parts.push(data);
    pending.size += data.length;
    if (pending.size >= BATCH_BYTES) this.#flushTrack(trackId, pending);
  }

  flush(): void {
    for (const [trackId, pending] of this.#pending) this.#flushTrack(trackId, pending);
  }

  /** Main has this many chunk bytes on disk. */
  confirm(writtenBytes: number): void {
    this.#writtenBytes = writtenBytes;
    this.#drain();
  }

  #flushTrack(trackId: string, pending: Pending): void {
    this.#pending.delete(trackId);
    const data = new Uint8Array(pending.size);
    let at = 0;
    for (const part of pending.parts) {
      data.set(part, at);
      at += part.length;
    }
    this.#enqueue({ type: 'chunk', trackId, position: pending.position, data });
  }

  #enqueue(message: CaptureMessage): void {
    this.#queue.push(message);
    if (message.type === 'chunk') this.#waitingBytes += message.data.length;
    this.#drain();
  }

  #drain(): void {
    while (this.#queue.length > 0 && this.#sentBytes - this.#writtenBytes < IN_FLIGHT_BYTES) {
      const message = this.#queue.shift();
      if (!message) break;
      if (message.type === 'chunk') {
        this.#sentBytes += message.data.length;
        this.#waitingBytes -= message.data.length;
      }
      this.#post(message);
    }
    this.#warnWhenSlow();
    this.#tellWhenFull();
  }

  #warnWhenSlow(): void {
    if (!this.#warned && this.#waitingBytes > this.#limits.warnBytes) {
      this.#warned = true;
      const waitingMiB = Math.round(this.#waitingBytes / 1024 / 1024);
      this.#warn(
        'DISK_SLOW',
        `The disk cannot keep up: ${waitingMiB} MiB wait in memory. Nothing is lost yet; close what else writes to this disk.`,
      );
    } else if (this.#warned && this.#waitingBytes === 0) {
      this.#warned = false;
    }
  }

  #tellWhenFull(): void {
    const full = this.#waitingBytes > (this.#full ? this.#limits.againBelowBytes : this.#limits.maxBytes);
    if (full === this.#full) return;
    this.#full = full;
    if (full) {
      this.#warn(
        'DISK_OVERLOADED',
        'The disk is too slow for this call, and no more can wait in memory: nothing is captured until it has caught up.',
      );
    } else this.#warn('DISK_CAUGHT_UP', 'The disk has caught up: everything is captured again.');
    this.#onFull(full);
  }

  /** Ahead of the queue: the queue is what is stuck. */
  #warn(code: string, message: string): void {
    this.#post({ type: 'timeline', event: { t: this.#sessionMs(), type: 'warning', code, message } });
  }
}
