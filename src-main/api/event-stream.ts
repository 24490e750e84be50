import type { FastifyReply } from 'fastify';
import type { RecordingEvent } from '../contract/events.ts';
import { RollcallError } from '../contract/errors.ts';

/** Events that a listener who comes back can still have (`Last-Event-ID`). */
const KEPT = 1000;
const MAX_LISTENERS = 50;
/** A comment now and then, so that proxies and dead connections show. */
const KEEP_ALIVE_MS = 15_000;
/** A listener that does not read is cut off at this much, and may come back for what it missed. */
const MAX_BUFFERED_BYTES = 1 << 20;

export interface EventFilter {
  roomId: string | null;
  recordingId: string | null;
  /** Id of the last event that the listener has; null: only what comes. */
  after: number | null;
}

/** Server-sent events: each the same object as a line of `--json`, with the recording that it belongs to. */
export class EventStream {
  readonly #kept: { id: number; event: RecordingEvent }[] = [];
  readonly #listeners = new Set<(id: number, event: RecordingEvent) => void>();
  readonly #open = new Set<FastifyReply>();
  /** Ids go on over restarts, as far as clocks do: an old id is never taken for a new one. */
  #nextId = Date.now();

  get listeners(): number {
    return this.#open.size;
  }

  push(event: RecordingEvent): void {
    const id = this.#nextId++;
    this.#kept.push({ id, event });
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(id, event);
  }

  /** Answers a request with the stream. Throws TOO_MANY_LISTENERS where there are too many. */
  attach(reply: FastifyReply, filter: EventFilter): void {
    if (this.#open.size >= MAX_LISTENERS) {
      throw new RollcallError(
        'OVER_BUDGET',
        `${MAX_LISTENERS} listeners follow the events already.`,
        'Close one of them.',
      );
    }
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const send = (id: number, event: RecordingEvent): void => {
      if (filter.roomId !== null && event.room_id !== filter.roomId) return;
      if (filter.recordingId !== null && event.recording_id !== filter.recordingId) return;
      raw.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
      if (raw.writableLength > MAX_BUFFERED_BYTES) raw.destroy();
    };
    raw.write(': Rollcall\nretry: 2000\n\n');
    const { after } = filter;
    if (after !== null) for (const { id, event } of this.#kept) if (id > after) send(id, event);
    const timer = setInterval(() => raw.write(': \n\n'), KEEP_ALIVE_MS);
    this.#listeners.add(send);
    this.#open.add(reply);
    raw.on('close', () => {
      clearInterval(timer);
      this.#listeners.delete(send);
      this.#open.delete(reply);
    });
    raw.on('error', () => raw.destroy());
  }

  close(): void {
    for (const { raw } of this.#open) raw.end();
  }
}
