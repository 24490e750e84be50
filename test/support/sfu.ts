import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { types } from 'mediasoup';
import { WebSocketServer } from 'protoo-server';
import { selfSignedCertificate, type Certificate } from './sfu/certificate.ts';
import { DIALECTS, type DialectName } from './sfu/dialect.ts';
import { httpApi } from './sfu/http-api.ts';
import { ImpairedLinks, type ImpairmentChange } from './sfu/impaired-link.ts';
import { MEDIA_CODECS } from './sfu/media.ts';
import { Room } from './sfu/room.ts';
import { StatsKeeper, type SfuStats } from './sfu/stats.ts';

export type { DialectName } from './sfu/dialect.ts';
export type { ConsumerStats, ProducerStats, SfuStats } from './sfu/stats.ts';

export interface SfuOptions {
  dialect: DialectName;
  /** 0, the default, is any free port; a fixed one is for starting again where another was. */
  port?: number;
  /** https and wss with a self-signed certificate. */
  tls?: boolean;
  host?: string;
  /** Whether `impair` can be used: WebRTC then goes through UDP relays. */
  impairable?: boolean;
  /** Codecs that rooms take besides those of mediasoup-demo's example configuration. */
  codecs?: types.RtpCodecCapability[];
  /** Of the impairment's chances: the same one gives the same fates. */
  seed?: number;
}

/** A real SFU on loopback: a mediasoup worker, protoo signalling and the broadcaster API of mediasoup-demo. */
export interface Sfu {
  dialect: DialectName;
  host: string;
  port: number;
  /** Signalling address of a room, as `rollcall record` takes it: `ws://127.0.0.1:PORT/?roomId=R`. */
  url(roomId: string): string;
  httpUrl: string;
  certificate: Certificate | null;
  stats(): Promise<SfuStats>;
  /** Ids of the peers that have joined by signalling (publishers are not among them). */
  joinedPeers(roomId: string): string[];
  /** What the peers that have joined by signalling are called. */
  displayNames(roomId: string): string[];
  /** Waits until that many peers have joined by signalling. */
  waitForPeers(roomId: string, count: number, timeoutMs?: number): Promise<string[]>;
  /** Unix milliseconds at which the SFU got the producer's first RTP packet; waits for it. */
  firstPacketAt(producerId: string): Promise<number>;
  pauseProducer(producerId: string): Promise<void>;
  resumeProducer(producerId: string): Promise<void>;
  closeProducer(producerId: string): void;
  /** The server sends this layer of a simulcast producer to everybody from now on. */
  preferLayer(producerId: string, spatialLayer: number): Promise<void>;
  hasBroadcaster(roomId: string, peerId: string): boolean;
  rename(roomId: string, peerId: string, displayName: string): void;
  /** A publisher writes into a data channel of the room; `chat` is what people write in. */
  write(roomId: string, peerId: string, text: string | Buffer, label?: string): Promise<void>;
  /** Notifies everybody that this peer speaks (null: nobody): ffmpeg's publishers carry no audio levels. */
  announceSpeaker(roomId: string, peerId: string | null, volume?: number): void;
  /** Cuts every signalling connection without a close frame; media go on where the dialect lets them. */
  dropSignalling(): void;
  /** Nothing passes over the signalling connections for so long, without their being closed: what was said comes later. */
  stallSignalling(ms: number): void;
  /** New signalling connections are refused from now on, or let in again. */
  refuseSignalling(refused: boolean): void;
  /** What is done to media between the SFU and its WebRTC peers (see `sfu/impaired-link.ts`); needs `impairable`. */
  impair(change: ImpairmentChange, roomId?: string): void;
  /** What was done to packets towards the peers so far. */
  impaired(): ReturnType<ImpairedLinks['counts']>;
  closed(): boolean;
  close(): Promise<void>;
  /** The worker dies by SIGKILL and the server with it: every socket is cut. */
  kill(): Promise<void>;
}

/** The signalling server's scheme and host, any port: what the modern demo lets in. */
function sameOrigin(origin: string | undefined, httpUrl: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  const [given, own] = [new URL(origin), new URL(httpUrl)];
  return given.protocol === own.protocol && given.hostname === own.hostname;
}

async function createWorker(): Promise<{ worker: types.Worker; version: string }> {
  if (!process.env.MEDIASOUP_WORKER_BIN) {
    throw new Error(
      'MEDIASOUP_WORKER_BIN is not set: it names the mediasoup worker that "npm test" and "npm run demo" build',
    );
  }
  // Imported here because mediasoup reads the variable when it is loaded.
  const mediasoup = await import('mediasoup');
  const worker = await mediasoup.createWorker({ logLevel: 'warn', disableLiburing: true });
  return { worker, version: mediasoup.version };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Connections of a server, WebSockets included, so that they can be cut. */
function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Reads and writes nothing on these for so long, as when packets get lost and are sent again. */
function stall(sockets: readonly Socket[], ms: number): void {
  for (const socket of sockets) {
    socket.pause();
    socket.cork();
    setTimeout(() => {
      socket.uncork();
      socket.resume();
    }, ms);
  }
}

export async function startSfu(options: SfuOptions): Promise<Sfu> {
  const { dialect: dialectName, host = '127.0.0.1' } = options;
  const dialect = DIALECTS[dialectName];
  const certificate = options.tls ? await selfSignedCertificate(host) : null;
  const { worker, version } = await createWorker();
  const server: Server = certificate ? createTlsServer(certificate) : createServer();
  const sockets = trackSockets(server);
  const upgraded = new Set<Socket>();
  let refused = false;
  let port: number;
  try {
    port = await listen(server, options.port ?? 0, host);
  } catch (error) {
    worker.close();
    throw error;
  }
  const secure = certificate ? 's' : '';
  const httpUrl = `http${secure}://${host}:${port}`;
  const stats = new StatsKeeper();
  const links = new ImpairedLinks(options.impairable ?? false, host, options.seed);
  const rooms = new Map<string, Promise<Room>>();
  const openRooms = new Map<string, Room>();

  const roomOf = (roomId: string): Promise<Room> => {
    const existing = rooms.get(roomId);
    if (existing) return existing;
    const created = worker
      .createRouter({ mediaCodecs: structuredClone([...MEDIA_CODECS, ...(options.codecs ?? [])]) })
      .then((router) => Room.create({ roomId, router, dialect, stats, links, host, mediasoupVersion: version }))
      .then((room) => {
        openRooms.set(roomId, room);
        return room;
      });
    rooms.set(roomId, created);
    return created;
  };
  const allowsOrigin = (origin: string | undefined): boolean =>
    dialectName === 'classic' || sameOrigin(origin, httpUrl);

  server.on('request', httpApi(roomOf, allowsOrigin));
  const signalling = new WebSocketServer(server, { maxReceivedFrameSize: 960_000, maxReceivedMessageSize: 960_000 });
  signalling.on('connectionrequest', (info, accept, reject) => {
    if (refused) return reject(503, 'Service unavailable');
    if (!allowsOrigin(info.request.headers.origin)) return reject(403, 'Origin not allowed');
    const query = new URL(info.request.url ?? '/', httpUrl).searchParams;
    const [roomId, peerId] = [query.get('roomId'), query.get('peerId')];
    if (!roomId || !peerId) return reject(400, 'Connection request without roomId and/or peerId');
    roomOf(roomId).then(
      (room) => {
        upgraded.add(info.socket);
        info.socket.on('close', () => upgraded.delete(info.socket));
        room.connect(peerId, accept(), info.socket.remoteAddress ?? host);
      },
      (error: unknown) => reject(500, String(error)),
    );
  });

  const openRoom = (roomId: string): Room => {
    const room = openRooms.get(roomId);
    if (!room) throw new Error(`no room "${roomId}"`);
    return room;
  };
  const joinedPeers = (roomId: string): string[] =>
    openRooms
      .get(roomId)
      ?.joinedPeers()
      .map(({ id }) => id) ?? [];
  let closed = false;
  const stop = async (cut: () => void): Promise<void> => {
    if (closed) return;
    closed = true;
    stats.stop();
    cut();
    links.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };

  return {
    dialect: dialectName,
    host,
    port,
    url: (roomId) => `ws${secure}://${host}:${port}/?roomId=${encodeURIComponent(roomId)}`,
    httpUrl,
    certificate,
    stats: () => stats.read(),
    joinedPeers,
    displayNames: (roomId) => (openRooms.get(roomId)?.joinedPeers() ?? []).map(({ displayName }) => displayName),
    waitForPeers: async (roomId, count, timeoutMs = 20_000) => {
      const until = Date.now() + timeoutMs;
      while (joinedPeers(roomId).length < count) {
        if (Date.now() > until) {
          throw new Error(`${joinedPeers(roomId).length} of ${count} peers joined "${roomId}" within ${timeoutMs} ms`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return joinedPeers(roomId);
    },
    firstPacketAt: (producerId) => stats.firstPacketAt(producerId),
    pauseProducer: (producerId) => stats.producer(producerId).pause(),
    resumeProducer: (producerId) => stats.producer(producerId).resume(),
    preferLayer: (producerId, spatialLayer) => stats.preferLayer(producerId, spatialLayer),
    closeProducer: (producerId) => stats.producer(producerId).close(),
    hasBroadcaster: (roomId, peerId) => openRooms.get(roomId)?.broadcasters.has(peerId) ?? false,
    rename: (roomId, peerId, displayName) => openRoom(roomId).rename(peerId, displayName),
    write: async (roomId, peerId, text, label = 'chat') => {
      const broadcaster = openRoom(roomId).broadcasters.get(peerId);
      if (!broadcaster) throw new Error(`no publisher "${peerId}" in room "${roomId}"`);
      await broadcaster.write(label, text);
    },
    announceSpeaker: (roomId, peerId, volume = -30) => openRoom(roomId).announceSpeaker(peerId, volume),
    dropSignalling: () => {
      for (const socket of upgraded) socket.destroy();
    },
    stallSignalling: (ms) => stall([...upgraded], ms),
    refuseSignalling: (value) => (refused = value),
    impair: (change, roomId) => links.set(change, roomId),
    impaired: () => links.counts(),
    closed: () => closed,
    close: () =>
      stop(() => {
        for (const room of openRooms.values()) room.close();
        worker.close();
      }),
    kill: () => stop(() => process.kill(worker.pid, 'SIGKILL')),
  };
}
