import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import type { WebRtcTransport } from './media.ts';

/** What is done to every UDP packet between the SFU and its WebRTC peers. */
export interface Impairment {
  /** 0 to 1: how many packets towards the peers are lost at random. */
  lossDown: number;
  /** Milliseconds added to every packet towards the peers. */
  delayDownMs: number;
  /** Up to so many more milliseconds, at random. */
  jitterDownMs: number;
  /** No packet passes in either direction. */
  cut: boolean;
}

export const CLEAR: Impairment = { lossDown: 0, delayDownMs: 0, jitterDownMs: 0, cut: false };

/**
 * UDP relays in front of the SFU's WebRTC transports. A peer is told the relay's address as the ICE candidate, so packet
 * loss, delay and a cut cable can be had without root. Off unless `enabled`: then candidates are the SFU's own.
 */
export class ImpairedLinks {
  readonly #enabled: boolean;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();
  #impairment: Impairment = CLEAR;

  constructor(enabled: boolean, host: string) {
    this.#enabled = enabled;
    this.#host = host;
  }

  set(impairment: Partial<Impairment>): void {
    if (!this.#enabled) throw new Error('startSfu was not given { impairable: true }');
    this.#impairment = { ...this.#impairment, ...impairment };
  }

  async candidatesOf(transport: WebRtcTransport): Promise<types.IceCandidate[]> {
    if (!this.#enabled) return transport.iceCandidates;
    const udp = transport.iceCandidates.filter(({ protocol }) => protocol === 'udp');
    return Promise.all(
      udp.map(async (candidate) => ({ ...candidate, port: await this.#relay(transport, candidate.port) })),
    );
  }

  /** A relay with one socket per direction; answers the port that peers send to. */
  async #relay(transport: WebRtcTransport, sfuPort: number): Promise<number> {
    const front = createSocket('udp4');
    const back = createSocket('udp4');
    let peer: RemoteInfo | undefined;
    front.on('message', (packet, from) => {
      peer = from;
      if (!this.#impairment.cut) back.send(packet, sfuPort, this.#host);
    });
    back.on('message', (packet) => {
      const { cut, lossDown, delayDownMs, jitterDownMs } = this.#impairment;
      if (!peer || cut || Math.random() < lossDown) return;
      const to = peer;
      const forward = (): void => {
        if (this.#sockets.has(front)) front.send(packet, to.port, to.address);
      };
      const delayMs = delayDownMs + Math.random() * jitterDownMs;
      if (delayMs > 0) setTimeout(forward, delayMs);
      else forward();
    });
    for (const socket of [front, back]) {
      this.#sockets.add(socket);
      await new Promise<void>((bound) => socket.bind(0, this.#host, bound));
    }
    transport.observer.on('close', () => [front, back].forEach((socket) => this.#close(socket)));
    return front.address().port;
  }

  #close(socket: Socket): void {
    if (this.#sockets.delete(socket)) socket.close();
  }

  close(): void {
    for (const socket of this.#sockets) this.#close(socket);
  }
}
