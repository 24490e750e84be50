import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { seededRandom } from './random.ts';

/** What goes wrong between a client and a store; shares are from 0 to 1. */
export interface Faults {
  /** Connections that are reset, each at a random byte of the `resetWithinBytes` that it carries first. */
  resets: number;
  resetWithinBytes: number;
  /** Requests answered 500, 503 or SlowDown before they reach the store. */
  errors: number;
  /** Answers cut off after the store has done its work. */
  truncated: number;
  /** `[from, to]` in milliseconds since the start: nothing gets through. */
  outages: readonly (readonly [number, number])[];
  /** `[from, to]`: `slowBytesPerSecond` in all. */
  slow: readonly (readonly [number, number])[];
  slowBytesPerSecond: number;
}

export interface FaultProxy {
  url: string;
  /** Bytes that clients sent, headers included. */
  bytesUp(): number;
  /** Parts that the store took more than once. */
  partsTwice(): number;
  /** Bytes of bodies that resets and outages cut off in the middle: what no client can avoid to send again. */
  cutBytes(): number;
  /** How often each fault struck. */
  struck: Record<'resets' | 'errors' | 'truncated' | 'outages', number>;
  close(): Promise<void>;
}

const ERRORS = [
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [503, 'SlowDown'],
] as const;

/** An HTTP proxy before a store on loopback that does to requests what bad networks and busy stores do. */
export async function startFaultProxy(targetUrl: string, faults: Faults, seed = 1): Promise<FaultProxy> {
  const { hostname, port } = new URL(targetUrl);
  const random = seededRandom(seed);
  const began = Date.now();
  const struck = { resets: 0, errors: 0, truncated: 0, outages: 0 };
  const within = (spans: Faults['slow']): boolean =>
    spans.some(([from, to]) => Date.now() - began >= from && Date.now() - began < to);
  const sockets = new Set<Socket>();
  let closedBytes = 0;
  let cutBytes = 0;
  /** How often the store took each part. */
  const taken = new Map<string, number>();

  const forward = (incoming: IncomingMessage, answer: ServerResponse): void => {
    if (random() < faults.errors) {
      struck.errors += 1;
      const [status, code] = ERRORS[Math.floor(random() * ERRORS.length)] ?? ERRORS[0];
      answer.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
      answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Injected</Message></Error>`);
      return;
    }
    if ('expect' in incoming.headers) answer.writeContinue();
    const cut = random() < faults.truncated;
    const { expect: _expect, ...headers } = incoming.headers;
    const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (reply) => {
      const { url = '' } = incoming;
      if (incoming.method === 'PUT' && url.includes('partNumber=') && reply.statusCode === 200)
        taken.set(url, (taken.get(url) ?? 0) + 1);
      if (!cut) {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
        return;
      }
      struck.truncated += 1;
      reply.resume().once('end', () => incoming.socket.destroy());
    });
    onward.on('error', () => incoming.socket.destroy());
    const before = incoming.socket.bytesRead;
    incoming.on('close', () => {
      if (incoming.complete) return;
      cutBytes += incoming.socket.bytesRead - before;
      onward.destroy();
    });
    incoming.pipe(new Slow(() => (within(faults.slow) ? faults.slowBytesPerSecond : null))).pipe(onward);
  };

  const server = createServer(forward);
  server.on('checkContinue', forward);
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    if (within(faults.outages)) {
      struck.outages += 1;
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    const limit = random() < faults.resets ? random() * faults.resetWithinBytes : Infinity;
    const watch = setInterval(() => {
      if (socket.bytesRead <= limit && !within(faults.outages)) return;
      if (socket.bytesRead > limit) struck.resets += 1;
      else struck.outages += 1;
      clearInterval(watch);
      socket.resetAndDestroy();
    }, 5);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(watch);
      sockets.delete(socket);
      closedBytes += socket.bytesRead;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytesUp: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, closedBytes),
    cutBytes: () => cutBytes,
    partsTwice: () => [...taken.values()].filter((times) => times > 1).length,
    struck,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes bytes at a rate that may change; null: as fast as they come. */
class Slow extends Transform {
  readonly #rate: () => number | null;

  constructor(rate: () => number | null) {
    super({ highWaterMark: 16 * 1024 });
    this.#rate = rate;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const rate = this.#rate();
    // Each of about six connections gets its share.
    if (rate === null) done(null, chunk);
    else setTimeout(() => done(null, chunk), Math.min(1000, (chunk.length / (rate / 6)) * 1000));
  }
}
