import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A request as the SDK hands it over, signed. */
interface StoreRequest {
  protocol: string;
  hostname: string;
  port?: number;
  method: string;
  path: string;
  query: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

interface StoreAnswer {
  response: { statusCode: number; reason?: string; headers: Record<string, string>; body: IncomingMessage };
}

/** What the SDK hands on of the options that a command is sent with. */
export interface SendOptions {
  abortSignal?: unknown;
  /** Told now and then how much of a large body has been sent. */
  onSent?: ((sentBytes: number) => void) | undefined;
}

export interface HttpTimeouts {
  connectMs: number;
  /** Without a byte either way. */
  idleMs: number;
}

/** Bodies from this size on wait for the store's consent: an error then costs no body. */
const CONSENT_BYTES = 1024 * 1024;
/** Stores that know nothing of consent are waited for this long, once. */
const CONSENT_WAIT_MS = 2_000;
const TELL_INTERVAL_MS = 300;

/**
 * HTTP for the S3 client with `Expect: 100-continue` on connections that are kept: the SDK's own handler opens one for
 * each such request, so that a part sent through a breaking network costs a connection each, and an early "503 Slow
 * Down" without it costs the whole part.
 */
export class StoreHttpHandler {
  readonly #timeouts: HttpTimeouts;
  /** Bodies go on connections of their own: each new one may break, and a lost answer to a question costs one. */
  readonly #agents = { body: agents(), question: agents() };
  /** Until the store has let a request wait in vain. */
  #asksConsent = true;
  #wastedBytes = 0;

  constructor(timeouts: HttpTimeouts) {
    this.#timeouts = timeouts;
  }

  handle(request: StoreRequest, options: SendOptions = {}): Promise<StoreAnswer> {
    const signal = options.abortSignal instanceof AbortSignal ? options.abortSignal : null;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError());
      const sent = this.#open(request);
      const stop = (): unknown => sent.destroy(abortError());
      signal?.addEventListener('abort', stop, { once: true });
      sent.once('close', () => signal?.removeEventListener('abort', stop));
      sent.on('error', reject);
      sent.once('response', (message) => resolve({ response: responseOf(message) }));
      this.#watch(sent);
      this.#write(sent, request, options.onSent);
    });
  }

  /** Bytes of large bodies that were handed to connections which broke before the store had answered. */
  wastedBytes(): number {
    return this.#wastedBytes;
  }

  destroy(): void {
    for (const { http, https } of Object.values(this.#agents)) {
      http.destroy();
      https.destroy();
    }
  }

  updateHttpClientConfig(): void {
    // Its configuration is its constructor's.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #open(request: StoreRequest): ClientRequest {
    const tls = request.protocol === 'https:';
    const query = queryString(request.query);
    const headers: Record<string, string> = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !/^expect$/i.test(name)),
    );
    return (tls ? httpsRequest : httpRequest)({
      host: request.hostname.replace(/^\[|\]$/g, ''),
      port: request.port,
      method: request.method,
      path: query === '' ? request.path : `${request.path}?${query}`,
      headers: this.#wantsConsent(request) ? { ...headers, Expect: '100-continue' } : headers,
      agent: this.#agents[isLarge(request.body) ? 'body' : 'question'][tls ? 'https' : 'http'],
    });
  }

  #wantsConsent({ body }: StoreRequest): boolean {
    return this.#asksConsent && isLarge(body);
  }

  #watch(sent: ClientRequest): void {
    const connecting = setTimeout(() => sent.destroy(timeoutError()), this.#timeouts.connectMs);
    sent.once('close', () => clearTimeout(connecting));
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    sent.setTimeout(this.#timeouts.idleMs, () => sent.destroy(timeoutError()));
  }

  #write(sent: ClientRequest, request: StoreRequest, onSent: SendOptions['onSent']): void {
    const body: unknown = request.body;
    const end = (): void => {
      if (isLarge(body)) {
        this.#follow(sent, body, onSent);
        writeInSteps(sent, body);
      } else if (Buffer.isBuffer(body) || typeof body === 'string' || body instanceof Uint8Array) sent.end(body);
      else sent.end();
    };
    if (!this.#wantsConsent(request)) return end();
    let consented = false;
    const consent = (): void => {
      if (consented || sent.destroyed) return;
      consented = true;
      clearTimeout(patience);
      end();
    };
    const patience = setTimeout(() => {
      this.#asksConsent = false;
      consent();
    }, CONSENT_WAIT_MS);
    sent.once('continue', consent);
    sent.once('close', () => clearTimeout(patience));
    // An answer instead of consent: the body is never sent, so the connection cannot go on.
    sent.prependOnceListener('response', (message: IncomingMessage) => {
      clearTimeout(patience);
      if (consented) return;
      consented = true;
      message.once('end', () => sent.destroy());
    });
    sent.flushHeaders();
  }

  /** Tells how much of the body was sent, and counts what was sent in vain. */
  #follow(sent: ClientRequest, body: Buffer, onSent: SendOptions['onSent']): void {
    const sentBytes = bodyMeter(sent, body.length);
    const timer = onSent === undefined ? undefined : setInterval(() => onSent(sentBytes()), TELL_INTERVAL_MS);
    let answered = false;
    sent.once('response', () => (answered = true));
    sent.once('close', () => {
      clearInterval(timer);
      if (!answered) this.#wastedBytes += sentBytes();
    });
  }
}

/** Written whole, a body counts as waiting in this process until its last byte has left it. */
const STEP_BYTES = 256 * 1024;

function writeInSteps(sent: ClientRequest, body: Buffer): void {
  let at = 0;
  const writeOn = (): void => {
    while (at < body.length) {
      const step = body.subarray(at, at + STEP_BYTES);
      at += step.length;
      if (!sent.write(step)) return void sent.once('drain', writeOn);
    }
    sent.end();
  };
  writeOn();
}

/** How much of a body, begun now, a request has handed to its connection. What still waits in this process was not sent. */
function bodyMeter(sent: ClientRequest, bodyBytes: number): () => number {
  let socket = sent.socket;
  let before = socket?.bytesWritten ?? 0;
  sent.once('socket', (own) => {
    socket = own;
    before = own.bytesWritten;
  });
  return () =>
    socket === null ? 0 : Math.max(0, Math.min(bodyBytes, socket.bytesWritten - socket.writableLength - before));
}

const agents = () => ({ http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) });

const isLarge = (body: unknown): body is Buffer => Buffer.isBuffer(body) && body.length >= CONSENT_BYTES;

function responseOf(message: IncomingMessage): StoreAnswer['response'] {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    statusCode: message.statusCode ?? -1,
    ...(message.statusMessage === undefined ? {} : { reason: message.statusMessage }),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: message,
  };
}

/** RFC 3986, as signatures are computed over it. */
function queryString(query: StoreRequest['query']): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.keys(query)
    .sort()
    .flatMap((name) => {
      const value = query[name];
      const values = Array.isArray(value) ? value : [value ?? null];
      return values.map((one) => (one === null ? encode(name) : `${encode(name)}=${encode(one)}`));
    })
    .join('&');
}

const abortError = (): Error => Object.assign(new Error('Request aborted'), { name: 'AbortError' });
const timeoutError = (): Error => Object.assign(new Error('The connection timed out'), { name: 'TimeoutError' });
