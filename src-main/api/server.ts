import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type RawServerDefault } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiError as answer, errorAnswer } from './errors.ts';
import type { ApiScope, ApiToken } from '../contract/api.ts';
import { RollcallError } from '../contract/errors.ts';
import type { RecordingEvent } from '../contract/events.ts';
import { EventStream } from './event-stream.ts';
import { hostCheck, isFromPage, isLoopback } from './guard.ts';
import { swaggerOptions } from './openapi.ts';
import { addAssetRoutes } from './routes-assets.ts';
import { addRecordingRoutes } from './routes-recordings.ts';
import { addRoomRoutes } from './routes-rooms.ts';
import { addSystemRoutes } from './routes-system.ts';
import { addTemplateRoutes } from './routes-templates.ts';
import type { ApiService } from './service.ts';
import { allows, type ApiTokens } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a token must be allowed; `read` where absent. */
    scope?: ApiScope;
  }
  interface FastifyRequest {
    token: ApiToken | null;
  }
}

export type ApiInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ApiOptions {
  service: ApiService;
  tokens: Pick<ApiTokens, 'verify'>;
  host: string;
  port: number;
  /** PEM texts; needed for any address but loopback. */
  tls: { cert: string; key: string } | null;
  requestsPerMinute: number;
  /** Hears of what is our defect. */
  onDefect(error: unknown, request: string): void;
}

/** A running API. */
export interface ApiServer {
  /** `http://127.0.0.1:4680` */
  url: string;
  close(): Promise<void>;
}

export const REQUESTS_PER_MINUTE = 6000;
/** Of callers without a valid token, together by address. */
const STRANGERS_PER_MINUTE = 600;
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Starts the API.
 * @throws RollcallError USAGE where it would be open to the network without TLS, or the port is taken.
 */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { host, port, tls } = options;
  if (!isLoopback(host) && tls === null) {
    throw new RollcallError(
      'USAGE',
      `The API cannot listen at ${host} without TLS: its tokens would cross the network readable.`,
      'Give --tls-cert and --tls-key, or leave --host out so that it listens on this computer alone.',
    );
  }
  const events = new EventStream();
  const app = await makeApi(options, events);
  const unsubscribe = options.service.onEvent((event: RecordingEvent) => events.push(event));
  const close = async (): Promise<void> => {
    unsubscribe();
    events.close();
    await app.close();
  };
  try {
    await app.listen({ host, port });
  } catch (error) {
    await close();
    throw notListening(error, host, port);
  }
  const bound = app.server.address() as AddressInfo;
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { url: `${tls === null ? 'http' : 'https'}://${name}:${bound.port}`, close };
}

/** The API without a socket: routes, checks, documents. */
export async function makeApi(options: ApiOptions, events: EventStream): Promise<ApiInstance> {
  const { service, tls } = options;
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return;
      const body = JSON.stringify(answer(400, 'BAD_REQUEST', 'This is no HTTP request.').body);
      const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
      socket.end(`${head}connection: close\r\n\r\n${body}`);
    },
    ...(tls === null ? {} : { https: tls }),
  }).withTypeProvider<ZodTypeProvider>() as unknown as ApiInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app, options);
  takeEmptyBodies(app);
  await keepStrangersOut(app, options);
  await app.register(swagger, swaggerOptions(service.version));
  await app.register(async (routes) => {
    const api = routes as unknown as ApiInstance;
    addTemplateRoutes(api, service);
    addRoomRoutes(api, service);
    addRecordingRoutes(api, service);
    addAssetRoutes(api, service);
    addSystemRoutes(api, service, events);
  });
  await app.ready();
  return app;
}

/** In this order: not from a web page, not under a foreign name, with a valid token, not too often, within its scope. */
async function keepStrangersOut(app: ApiInstance, { tokens, host, tls, requestsPerMinute }: ApiOptions): Promise<void> {
  const isOurName = hostCheck(host, tls?.cert ?? null);
  app.decorateRequest('token', null);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (isFromPage(request.headers)) {
      const { status, body } = answer(403, 'ORIGIN_REFUSED', 'Web pages may not use this API.');
      return reply.code(status).send(body);
    }
    if (!isOurName(request.headers.host)) {
      const { status, body } = answer(403, 'HOST_REFUSED', 'This API is not known under the name in the Host header.');
      return reply.code(status).send(body);
    }
    const shown = /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
    request.token = shown === undefined ? null : tokens.verify(shown);
    return undefined;
  });
  await app.register(rateLimit, {
    // By hand, below: the plug-in's own hooks come after those that answer strangers.
    global: false,
    timeWindow: 60_000,
    max: (request) => (request.token === null ? STRANGERS_PER_MINUTE : requestsPerMinute),
    keyGenerator: (request) => request.token?.id ?? `stranger ${request.ip}`,
    errorResponseBuilder: (_request, { after }) =>
      Object.assign(new Error(`Too many requests: try again in ${after}.`), { statusCode: 429 }),
  });
  app.addHook('onRequest', app.rateLimit());
  app.addHook('onRequest', async (request, reply) => {
    const { token } = request;
    if (token === null) {
      const { status, body } = answer(
        401,
        'UNAUTHORIZED',
        'A valid token is needed: "Authorization: Bearer <token>", made by "rollcall tokens create".',
      );
      return reply.code(status).header('www-authenticate', 'Bearer realm="Rollcall"').send(body);
    }
    const wanted = request.routeOptions.config.scope ?? 'read';
    if (allows(token.scope, wanted)) return undefined;
    const message = `This needs a token of the scope "${wanted}"; "${token.name}" has "${token.scope}".`;
    const { status, body } = answer(403, 'SCOPE_TOO_SMALL', message);
    return reply.code(status).send(body);
  });
}

function answerErrors(app: ApiInstance, { onDefect }: ApiOptions): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorAnswer(error);
    if (status >= 500) onDefect(error, `${request.method} ${request.url}`);
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const { status, body } = answer(404, 'NOT_FOUND', `There is no ${request.method} ${path.slice(0, 200)}.`);
    return reply.code(status).send(body);
  });
}

/** `curl -X POST -H "content-type: application/json"` without a body asks for what has no options. */
function takeEmptyBodies(app: ApiInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined);
    else void parse(request, text as string, done);
  });
}

function notListening(error: unknown, host: string, port: number): RollcallError {
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'EADDRINUSE'
      ? 'another program listens there'
      : code === 'EADDRNOTAVAIL'
        ? 'this computer does not have that address'
        : code === 'EACCES'
          ? 'this user may not'
          : String(error);
  return new RollcallError(
    'USAGE',
    `The API cannot listen at ${host}, port ${port}: ${why}.`,
    'Choose another port with --port, or "api.port" in the settings.',
    { cause: error },
  );
}
