import type { IncomingMessage, ServerResponse } from 'node:http';
import type { types } from 'mediasoup';
import { Broadcaster } from './broadcaster.ts';
import type { DialectName } from './dialect.ts';
import type { Room } from './room.ts';

/** An answer of the HTTP API; a string is sent as text, all else as JSON. */
interface Answer {
  status: number;
  body: unknown;
}

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Body = Record<string, unknown>;

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Body);
}

const required = (body: Body, field: string): string => {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new TypeError(`missing body.${field}`);
  return value;
};

const plainOptions = (body: Body): { rtcpMux?: boolean; comedia?: boolean } => ({
  rtcpMux: body.rtcpMux as boolean | undefined,
  comedia: body.comedia as boolean | undefined,
});

const addressOf = (transport: types.PlainTransport): object => ({
  ip: transport.tuple.localAddress,
  port: transport.tuple.localPort,
  rtcpPort: transport.rtcpTuple?.localPort,
});

const broadcasterOf = (room: Room, id: string | undefined): Broadcaster => {
  const broadcaster = room.broadcasters.get(id ?? '');
  if (!broadcaster) throw new HttpError(404, `broadcaster with id "${String(id)}" does not exist`);
  return broadcaster;
};

const newBroadcaster = (room: Room, id: string, body: Body): Broadcaster => {
  const broadcaster = new Broadcaster(room, {
    id,
    displayName: required(body, 'displayName'),
    device: { flag: 'broadcaster', ...(body.device as object | undefined) },
    remoteAddress: '127.0.0.1',
  });
  room.addBroadcaster(broadcaster);
  return broadcaster;
};

const produce = async (broadcaster: Broadcaster, transportId: string, body: Body): Promise<string> => {
  const producer = await broadcaster.produce(
    transportId,
    required(body, 'kind') as types.MediaKind,
    body.rtpParameters as types.RtpParameters,
    (body.appData ?? {}) as Record<string, unknown>,
  );
  return producer.id;
};

/** server.js of the classic demo. `appData` of a producer is our addition, so that broadcasters can share a screen. */
async function classicApi(room: Room, method: string, path: string[], body: Body): Promise<Answer> {
  const [id, part, transportId, last] = path;
  const route = `${method} ${path.map((segment, index) => (index % 2 === 0 ? ':id' : segment)).join('/')}`;
  switch (route) {
    case 'POST ': {
      const broadcaster = newBroadcaster(room, required(body, 'id'), body);
      broadcaster.join();
      return { status: 200, body: { peers: [] } };
    }
    case 'DELETE :id':
      room.removeBroadcaster(broadcasterOf(room, id).id);
      return { status: 200, body: 'broadcaster deleted' };
    case 'POST :id/transports': {
      if (body.type !== 'plain') throw new TypeError('invalid type');
      const transport = await broadcasterOf(room, id).createPlainTransport(plainOptions(body));
      return { status: 200, body: { id: transport.id, ...addressOf(transport) } };
    }
    case 'POST :id/transports/:id/producers':
      return { status: 200, body: { id: await produce(broadcasterOf(room, id), transportId ?? '', body) } };
    default:
      throw new HttpError(404, `Cannot ${method} ${String(part)}/${String(last)}`);
  }
}

/** ApiServer.ts of the modern demo. */
async function modernApi(room: Room, method: string, path: string[], body: Body): Promise<Answer> {
  const [id] = path;
  switch (`${method} ${path.slice(1).join('/')}`) {
    case 'POST ':
      if (id === undefined) {
        newBroadcaster(room, required(body, 'peerId'), body);
        return { status: 201, body: 'BroadcasterPeer created' };
      }
      break;
    case 'POST join':
      broadcasterOf(room, id).join();
      return { status: 200, body: 'BroadcasterPeer joined' };
    case 'DELETE ':
      room.removeBroadcaster(broadcasterOf(room, id).id);
      return { status: 204, body: '' };
    case 'POST transports': {
      const transport = await broadcasterOf(room, id).createPlainTransport(plainOptions(body));
      return { status: 201, body: { transportId: transport.id, ...addressOf(transport) } };
    }
    case 'POST producers':
      return {
        status: 201,
        body: { producerId: await produce(broadcasterOf(room, id), required(body, 'transportId'), body) },
      };
  }
  throw new HttpError(404, `Cannot ${method} ${path.join('/')}`);
}

const APIS = { classic: classicApi, modern: modernApi } satisfies Record<DialectName, unknown>;

/** Serves `/rooms/:roomId` and the broadcasters below it. Rooms are made when first named, unlike in the demo. */
export function httpApi(
  roomOf: (roomId: string) => Promise<Room>,
  allowsOrigin: (origin: string | undefined) => boolean,
): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (!allowsOrigin(request.headers.origin)) throw new HttpError(403, 'Origin not allowed');
    const method = request.method ?? 'GET';
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent);
    const [rooms, roomId, broadcasters, ...rest] = path;
    if (rooms !== 'rooms' || roomId === undefined) throw new HttpError(404, `Cannot ${method} /${path.join('/')}`);
    const room = await roomOf(roomId);
    const { dialect, router } = room.context;
    if (broadcasters === undefined) {
      return { status: 200, body: dialect.routerRtpCapabilities(router.rtpCapabilities) };
    }
    return APIS[dialect.name](room, method, rest, await readBody(request));
  };
  return (request, response) => {
    answer(request)
      .catch((error: unknown): Answer => {
        const status = error instanceof HttpError ? error.status : error instanceof TypeError ? 400 : 500;
        return { status, body: String(error) };
      })
      .then(({ status, body }) => {
        const isText = typeof body === 'string';
        response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
        response.end(isText ? body : JSON.stringify(body));
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}
