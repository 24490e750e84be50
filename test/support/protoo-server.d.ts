/** What the tests use of protoo-server 4, which comes without types. */
declare module 'protoo-server' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage, Server as HttpServer } from 'node:http';
  import type { Server as HttpsServer } from 'node:https';
  import type { Socket } from 'node:net';

  export interface Request {
    method: string;
    data: Record<string, unknown>;
  }
  export type Accept = (data?: unknown) => void;
  export type Reject = (codeOrError: number | Error, reason?: string) => void;

  export interface WebSocketTransport {
    close(): void;
  }

  export class Peer extends EventEmitter {
    readonly id: string;
    readonly closed: boolean;
    close(): void;
    request(method: string, data?: unknown): Promise<unknown>;
    notify(method: string, data?: unknown): Promise<void>;
  }

  export class Room extends EventEmitter {
    readonly peers: Peer[];
    close(): void;
    createPeer(peerId: string, transport: WebSocketTransport): Peer;
    getPeer(peerId: string): Peer | undefined;
  }

  export interface ConnectionInfo {
    request: IncomingMessage;
    origin: string;
    socket: Socket;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(httpServer: HttpServer | HttpsServer, options?: Record<string, unknown>);
    stop(): void;
    on(
      event: 'connectionrequest',
      listener: (info: ConnectionInfo, accept: () => WebSocketTransport, reject: Reject) => void,
    ): this;
  }
}
