import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  /** Unix milliseconds. */
  at: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Exactly as sent: signatures are over these bytes. */
  body: Buffer;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
  /** The status that was answered. */
  status: number;
}

export interface WebhookReceiver {
  url: string;
  requests: ReceivedRequest[];
  /** Status of the answers from now on: a number, or a function of the request's index; null cuts the connection. */
  respondWith(status: number | null | ((index: number) => number | null)): void;
  /** Waits until so many requests have come that `filter` accepts. */
  waitFor(
    count: number,
    filter?: (request: ReceivedRequest) => boolean,
    timeoutMs?: number,
  ): Promise<ReceivedRequest[]>;
  close(): Promise<void>;
}

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
};

/** An HTTP server on loopback that keeps every request. Answers 204 unless told otherwise. */
export async function startWebhookReceiver(options: { port?: number } = {}): Promise<WebhookReceiver> {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  let statusOf: (index: number) => number | null = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const status = statusOf(requests.length);
      const { method = '', url = '', headers } = request;
      requests.push({ at: Date.now(), method, path: url, headers, body, json: parse(body), status: status ?? 0 });
      if (status === null) response.destroy();
      else response.writeHead(status).end();
      for (const check of waiting) check();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests,
    respondWith: (status) => {
      statusOf = typeof status === 'function' ? status : () => status;
    },
    waitFor: (count, filter = () => true, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(check);
        };
        const check = (): void => {
          const found = requests.filter(filter);
          if (found.length < count) return;
          done();
          resolve(found);
        };
        const timer = setTimeout(() => {
          done();
          const seen = requests.filter(filter).length;
          reject(
            new Error(`${seen} of ${count} webhook requests came within ${timeoutMs} ms (${requests.length} in all)`),
          );
        }, timeoutMs);
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
