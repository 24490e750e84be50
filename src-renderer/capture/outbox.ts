import type { CaptureMessage } from '../../src-main/contract/capture.ts';

/** A track's bytes leave for main when this many are together, or after FLUSH_MS. */
const BATCH_BYTES = 64 * 1024;
const FLUSH_MS = 200;
/** Chunks that main has not confirmed as written; beyond it they wait here. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** More than this waiting means that the disk cannot follow: said once, and again after it has recovered. */
const WAITING_WARNING_BYTES = 64 * 1024 * 1024;

interface Pending {
  position: number;
  parts: Uint8Array[];
  size: number;
}

/**
 * The way of everything from the Worker to main: messages in order, track bytes in batches, with a bound on what is in
 * flight. Nothing is ever dropped here; where main cannot follow, a warning says so.
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

  /** @param sessionMs the time on the session clock now, for warnings. */
  constructor(post: (message: CaptureMessage) => void, sessionMs: () => number) {
    this.#post = post;
    this.#sessionMs = sessionMs;
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
  }

  #warnWhenSlow(): void {
    if (!this.#warned && this.#waitingBytes > WAITING_WARNING_BYTES) {
      this.#warned = true;
      const waitingMiB = Math.round(this.#waitingBytes / 1024 / 1024);
      // Ahead of the queue: the queue is what is stuck.
      this.#post({
        type: 'timeline',
        event: {
          t: this.#sessionMs(),
          type: 'warning',
          code: 'DISK_SLOW',
          message: `The disk cannot keep up: ${waitingMiB} MiB wait in memory. Nothing is lost yet; close what else writes to this disk.`,
        },
      });
    } else if (this.#warned && this.#waitingBytes === 0) {
      this.#warned = false;
    }
  }
}
