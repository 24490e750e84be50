import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import { CLEAR_DIRECTION, LinkModel, type Direction } from './link-model.ts';
import type { WebRtcTransport } from './media.ts';

/**
 * What is done to the UDP packets between the SFU and its WebRTC peers. Real calls go through it: peers are told the
 * address of a relay as the ICE candidate, so neither root nor `netem` is needed, and signalling is left alone (see
 * `Sfu.dropSignalling`, `stallSignalling`, `refuseSignalling` for that).
 *
 *   sfu.impair({ down: { loss: 0.02, delayMs: 20, jitterMs: 30 } });              // a poor wireless network
 *   sfu.impair({ down: { loss: 0.05, burst: 8 }, up: { loss: 0.05 } });           // losses in rows, feedback lost too
 *   sfu.impair({ down: { reorder: 0.1, duplicate: 0.05 } });                      // out of order, twice
 *   sfu.impair({ down: { rateKbps: 800, queueMs: 500 } });                        // a narrow line with a long queue
 *   sfu.impair({ cut: true }); ... sfu.impair(CLEAR);                             // an outage
 *
 * What is not named stays as it was; a room's name as second argument limits it to that room. `startSfu({ impairable: true, seed })` makes the fates repeatable: packet N of relay
 * M always draws the same numbers.
 */
export interface Impairment {
  /** From the SFU to the peers: media. */
  down: Direction;
  /** From the peers to the SFU: key-frame requests and requests for lost packets. */
  up: Direction;
  /** No packet passes in either direction. */
  cut: boolean;
}

/** A change of it: each direction's fields by themselves. */
export interface ImpairmentChange {
  down?: Partial<Direction>;
  up?: Partial<Direction>;
  cut?: boolean;
}

export const CLEAR: Impairment = { down: CLEAR_DIRECTION, up: CLEAR_DIRECTION, cut: false };

interface Relay {
  roomId: string;
  front: Socket;
  back: Socket;
  down: LinkModel;
  up: LinkModel;
}

const changed = (before: Impairment, { down, up, cut }: ImpairmentChange): Impairment => ({
  down: { ...before.down, ...down },
  up: { ...before.up, ...up },
  cut: cut ?? before.cut,
});

/** UDP relays in front of the SFU's WebRTC transports. Off unless `enabled`: then candidates are the SFU's own. */
export class ImpairedLinks {
  readonly #enabled: boolean;
  readonly #host: string;
  readonly #seed: number;
  readonly #relays = new Set<Relay>();
  #made = 0;
  #everywhere: Impairment = CLEAR;
  readonly #rooms = new Map<string, Impairment>();

  constructor(enabled: boolean, host: string, seed = 1) {
    this.#enabled = enabled;
    this.#host = host;
    this.#seed = seed;
  }

  /** @param roomId the only room that is meant; every room, those that are still to come too, where not given. */
  set(change: ImpairmentChange, roomId?: string): void {
    if (!this.#enabled) throw new Error('startSfu was not given { impairable: true }');
    if (roomId !== undefined) this.#rooms.set(roomId, changed(this.#of(roomId), change));
    else {
      this.#everywhere = changed(this.#everywhere, change);
      for (const [id, impairment] of this.#rooms) this.#rooms.set(id, changed(impairment, change));
    }
  }

  #of(roomId: string): Impairment {
    return this.#rooms.get(roomId) ?? this.#everywhere;
  }

  /** Fates of packets towards the peers so far, over all relays that are open. */
  counts(): LinkModel['counts'] {
    const sum = { passed: 0, lost: 0, dropped: 0, duplicated: 0, heldBack: 0 };
    for (const { down } of this.#relays) {
      for (const [name, count] of Object.entries(down.counts)) sum[name as keyof typeof sum] += count;
    }
    return sum;
  }

  async candidatesOf(transport: WebRtcTransport, roomId: string): Promise<types.IceCandidate[]> {
    if (!this.#enabled) return transport.iceCandidates;
    const udp = transport.iceCandidates.filter(({ protocol }) => protocol === 'udp');
    return Promise.all(
      udp.map(async (candidate) => ({ ...candidate, port: await this.#relay(transport, candidate.port, roomId) })),
    );
  }

  /** A relay with one socket per direction; answers the port that peers send to. */
  async #relay(transport: WebRtcTransport, sfuPort: number, roomId: string): Promise<number> {
    this.#made += 1;
    const seed = this.#seed * 1000 + this.#made * 2;
    const relay: Relay = {
      roomId,
      front: createSocket('udp4'),
      back: createSocket('udp4'),
      down: new LinkModel(seed),
      up: new LinkModel(seed + 1),
    };
    let peer: RemoteInfo | undefined;
    relay.front.on('message', (packet, from) => {
      peer = from;
      this.#pass(relay, 'up', packet, () => relay.back.send(packet, sfuPort, this.#host));
    });
    relay.back.on('message', (packet) => {
      if (!peer) return;
      const { port, address } = peer;
      this.#pass(relay, 'down', packet, () => relay.front.send(packet, port, address));
    });
    this.#relays.add(relay);
    for (const socket of [relay.front, relay.back]) {
      await new Promise<void>((bound) => socket.bind(0, this.#host, bound));
    }
    transport.observer.on('close', () => this.#close(relay));
    return relay.front.address().port;
  }

  #pass(relay: Relay, way: 'up' | 'down', packet: Buffer, send: () => void): void {
    const impairment = this.#of(relay.roomId);
    if (impairment.cut) return;
    for (const delayMs of relay[way].fate(impairment[way], packet.length, performance.now())) {
      if (delayMs <= 0) send();
      // What is under way when the cable is cut arrives, as it does in life.
      else setTimeout(() => this.#relays.has(relay) && send(), delayMs);
    }
  }

  #close(relay: Relay): void {
    if (!this.#relays.delete(relay)) return;
    relay.front.close();
    relay.back.close();
  }

  close(): void {
    for (const relay of this.#relays) this.#close(relay);
  }
}
