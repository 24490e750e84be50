import type { types } from 'mediasoup';
import type { PeerInfo } from './dialect.ts';
import type { Producer, ProducerAppData } from './media.ts';
import type { Room } from './room.ts';

/** A peer without signalling: ffmpeg or the like, run through the HTTP API. */
export class Broadcaster implements PeerInfo {
  readonly id: string;
  displayName: string;
  readonly device: unknown;
  readonly remoteAddress: string;
  joined = false;
  readonly producers = new Map<string, Producer>();
  readonly dataProducers = new Map<string, types.DataProducer>();
  readonly #transports = new Map<string, types.PlainTransport>();
  #direct: types.DirectTransport | null = null;
  readonly #room: Room;

  constructor(room: Room, info: PeerInfo) {
    this.#room = room;
    this.id = info.id;
    this.displayName = info.displayName;
    this.device = info.device;
    this.remoteAddress = info.remoteAddress;
  }

  join(): void {
    this.joined = true;
    this.#room.notifyAll('newPeer', this.#room.context.dialect.newPeer(this));
  }

  async createPlainTransport(options: { rtcpMux?: boolean; comedia?: boolean }): Promise<types.PlainTransport> {
    const { router, host } = this.#room.context;
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: host, recvBufferSize: 4_000_000 },
      rtcpMux: options.rtcpMux ?? false,
      comedia: options.comedia ?? true,
    });
    this.#transports.set(transport.id, transport);
    return transport;
  }

  transport(transportId: string): types.PlainTransport {
    const transport = this.#transports.get(transportId);
    if (!transport) throw new Error(`transport with id "${transportId}" does not exist`);
    return transport;
  }

  async produce(
    transportId: string,
    kind: types.MediaKind,
    rtpParameters: types.RtpParameters,
    appData: Record<string, unknown>,
  ): Promise<Producer> {
    const producer = await this.transport(transportId).produce<ProducerAppData>({
      kind,
      rtpParameters,
      appData: this.#room.context.dialect.producerAppData(this.id, appData),
    });
    this.producers.set(producer.id, producer);
    producer.observer.on('close', () => this.producers.delete(producer.id));
    await this.#room.addProducer(producer);
    return producer;
  }

  /** Writes into the room: through a data producer as a peer has it, whose SCTP end is here. */
  async write(label: string, text: string | Buffer): Promise<void> {
    let producer = this.dataProducers.get(label);
    if (!producer || producer.closed) {
      this.#direct ??= await this.#room.context.router.createDirectTransport();
      producer = await this.#direct.produceData({ label, appData: { peerId: this.id, channel: label } });
      this.dataProducers.set(label, producer);
      await this.#room.addDataProducer(producer, this);
    }
    producer.send(text);
  }

  close(): void {
    this.#direct?.close();
    for (const transport of this.#transports.values()) transport.close();
    this.#transports.clear();
  }
}
