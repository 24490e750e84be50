/** The parts of protoo-client (JavaScript without types) that the call uses. */
declare module 'protoo-client' {
  export interface WebSocketTransportOptions {
    retry?: { retries?: number; factor?: number; minTimeout?: number; maxTimeout?: number };
  }
  export class WebSocketTransport {
    constructor(url: string, options?: WebSocketTransportOptions);
  }
  export interface IncomingRequest {
    method: string;
    data: unknown;
  }
  export class Peer {
    constructor(transport: WebSocketTransport);
    readonly closed: boolean;
    readonly connected: boolean;
    on(event: 'open' | 'disconnected' | 'close', listener: () => void): void;
    on(event: 'failed', listener: (currentAttempt: number) => void): void;
    on(
      event: 'request',
      listener: (
        request: IncomingRequest,
        accept: (data?: unknown) => void,
        reject: (code: number, reason: string) => void,
      ) => void,
    ): void;
    on(event: 'notification', listener: (notification: IncomingRequest) => void): void;
    request(method: string, data?: unknown): Promise<unknown>;
    notify(method: string, data?: unknown): Promise<void>;
    close(): void;
  }
}
