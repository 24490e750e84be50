import type { types } from 'mediasoup';
import type { Accept, Peer as ProtooPeer, Reject, Request } from 'protoo-server';
import type { PeerInfo } from './dialect.ts';
import type { Consumer, Producer, ProducerAppData, TransportDirection, WebRtcTransport } from './media.ts';
import type { Room } from './room.ts';

/** mediasoup-demo closes a modern peer that has not joined by then. */
const JOIN_TIMEOUT_MS = 10_000;

type Data = Record<string, unknown>;

const text = (data: Data, field: string): string => {
  const value = data[field];
  if (typeof value !== 'string') throw new TypeError(`missing data.${field}`);
  return value;
};

const record = (data: Data, field: string): Data => {
  const value = data[field] ?? {};
  if (typeof value !== 'object') throw new TypeError(`data.${field} is not an object`);
  return value as Data;
};

/** What a modern peer sends as notifications and a classic one as requests. */
const WITHOUT_ANSWER = new Set([
  'closeProducer',
  'pauseProducer',
  'resumeProducer',
  'pauseConsumer',
  'resumeConsumer',
  'setConsumerPreferredLayers',
  'setConsumerPriority',
  'requestConsumerKeyFrame',
  'changeDisplayName',
]);

/** A peer on a WebSocket: its transports, producers and consumers, and the requests it makes. */
export class Peer implements PeerInfo {
  readonly id: string;
  readonly remoteAddress: string;
  displayName = '';
  device: unknown = undefined;
  joined = false;
  readonly producers = new Map<string, Producer>();
  readonly dataProducers = new Map<string, types.DataProducer>();
  readonly #room: Room;
  readonly #protoo: ProtooPeer;
  readonly #transports = new Map<string, WebRtcTransport>();
  readonly #consumers = new Map<string, Consumer>();
  readonly #dataConsumers = new Map<string, types.DataConsumer>();
  #rtpCapabilities: types.RtpCapabilities | undefined;
  #usesData = false;

  constructor(room: Room, protoo: ProtooPeer, remoteAddress: string) {
    this.#room = room;
    this.#protoo = protoo;
    this.id = protoo.id;
    this.remoteAddress = remoteAddress;
    const modern = room.context.dialect.name === 'modern';
    protoo.on('request', (request: Request, accept: Accept, reject: Reject) => {
      if (modern && WITHOUT_ANSWER.has(request.method)) {
        reject(500, `unknown request method '${request.method}'`);
        return;
      }
      this.#answer(request.method, request.data).then(accept, reject);
    });
    protoo.on('notification', (notification: Request) => {
      if (!modern || !WITHOUT_ANSWER.has(notification.method)) return;
      // As in mediasoup-demo, a notification that fails has no answer.
      this.#answer(notification.method, notification.data).catch(() => undefined);
    });
    this.notify('mediasoupVersion', { version: room.context.mediasoupVersion });
    if (modern) this.#expectJoin();
  }

  #expectJoin(): void {
    const timer = setTimeout(() => {
      if (!this.joined) this.#protoo.close();
    }, JOIN_TIMEOUT_MS);
    timer.unref();
    this.#protoo.on('close', () => clearTimeout(timer));
  }

  notify(method: string, data?: unknown): void {
    if (this.#protoo.closed) return;
    // A connection that goes away at this moment is seen by its close event.
    this.#protoo.notify(method, data).catch(() => undefined);
  }

  closeTransports(): void {
    for (const transport of this.#transports.values()) transport.close();
  }

  #transport(data: Data): WebRtcTransport {
    const id = text(data, 'transportId');
    const transport = this.#transports.get(id);
    if (!transport) throw new Error(`transport with id "${id}" not found`);
    return transport;
  }

  #producer(data: Data): Producer {
    const id = text(data, 'producerId');
    const producer = this.producers.get(id);
    if (!producer) throw new Error(`producer with id "${id}" not found`);
    return producer;
  }

  #consumer(data: Data): Consumer {
    const id = text(data, 'consumerId');
    const consumer = this.#consumers.get(id);
    if (!consumer) throw new Error(`consumer with id "${id}" not found`);
    return consumer;
  }

  #consumingTransport(): WebRtcTransport | undefined {
    return [...this.#transports.values()].find(({ appData }) => appData.direction === 'consumer');
  }

  /** One case per method of the protocol; long because it is a table. */
  async #answer(method: string, data: Data): Promise<unknown> {
    const { dialect, router, stats } = this.#room.context;
    switch (method) {
      case 'getRouterRtpCapabilities':
        return dialect.routerRtpCapabilities(router.rtpCapabilities);
      case 'getRtcStatsUrl':
        return {};
      case 'createWebRtcTransport':
        return this.#createTransport(data);
      case 'connectWebRtcTransport':
        await this.#transport(data).connect({ dtlsParameters: data.dtlsParameters as types.DtlsParameters });
        return undefined;
      case 'restartIce':
        return dialect.iceRestarted(await this.#transport(data).restartIce());
      case 'join':
        return this.#join(data);
      case 'produce':
        return this.#produce(data);
      case 'produceData':
        return this.#produceData(data);
      case 'closeProducer':
        this.#producer(data).close();
        return undefined;
      case 'pauseProducer':
        return this.#producer(data).pause();
      case 'resumeProducer':
        return this.#producer(data).resume();
      case 'pauseConsumer':
        return this.#consumer(data).pause();
      case 'resumeConsumer':
        return this.#consumer(data).resume();
      case 'setConsumerPreferredLayers':
        return this.#consumer(data).setPreferredLayers({
          spatialLayer: data.spatialLayer as number,
          temporalLayer: data.temporalLayer as number | undefined,
        });
      case 'setConsumerPriority':
        return this.#consumer(data).setPriority(data.priority as number);
      case 'requestConsumerKeyFrame': {
        const consumer = this.#consumer(data);
        stats.keyFrameRequested(consumer.id);
        return consumer.requestKeyFrame();
      }
      case 'changeDisplayName':
        this.#expectJoined();
        this.#room.rename(this.id, text(data, 'displayName'));
        return undefined;
      case 'getTransportStats':
        return dialect.stats(await this.#transport(data).getStats());
      case 'getProducerStats':
        return dialect.stats(await this.#producer(data).getStats());
      case 'getConsumerStats':
        return dialect.stats(await this.#consumer(data).getStats());
      case 'getDataProducerStats':
        return dialect.stats((await this.dataProducers.get(text(data, 'dataProducerId'))?.getStats()) ?? []);
      case 'getDataConsumerStats':
        return dialect.stats((await this.#dataConsumers.get(text(data, 'dataConsumerId'))?.getStats()) ?? []);
      default:
        throw new Error(`unknown request.method "${method}"`);
    }
  }

  #expectJoined(): void {
    if (!this.joined) throw new Error('Peer not yet joined');
  }

  #join(data: Data): unknown {
    if (this.joined) throw new Error('Peer already joined');
    this.displayName = text(data, 'displayName');
    this.device = data.device;
    this.#rtpCapabilities = data.rtpCapabilities as types.RtpCapabilities | undefined;
    this.#usesData ||= Boolean(data.sctpCapabilities);
    this.joined = true;
    const { dialect } = this.#room.context;
    return { peers: this.#room.joined(this).map((peer) => dialect.peer(peer)) };
  }

  async #createTransport(data: Data): Promise<unknown> {
    const { dialect, router, host, links, roomId } = this.#room.context;
    const direction: TransportDirection = dialect.direction(data);
    const sctp = data.sctpCapabilities as types.SctpCapabilities | undefined;
    const transport = await router.createWebRtcTransport<{ direction: TransportDirection }>({
      listenInfos: [
        { protocol: 'udp', ip: host, sendBufferSize: 4_000_000 },
        { protocol: 'tcp', ip: host },
      ],
      enableUdp: data.forceTcp !== true,
      enableTcp: true,
      preferUdp: true,
      enableSctp: sctp !== undefined,
      numSctpStreams: sctp?.numStreams,
      iceConsentTimeout: 20,
      // Enough for every layer from the beginning: what a line carries is the impaired link's matter, and an estimate that
      // begins low would change layers, or hold pictures back, at times of its own.
      initialAvailableOutgoingBitrate: 20_000_000,
      appData: { direction },
    });
    this.#transports.set(transport.id, transport);
    transport.observer.on('close', () => this.#transports.delete(transport.id));
    if (dialect.name === 'modern') {
      transport.on('icestatechange', (state) => {
        if (state === 'disconnected' || state === 'closed') this.#protoo.close();
      });
      transport.on('dtlsstatechange', (state) => {
        if (state === 'failed' || state === 'closed') this.#protoo.close();
      });
    }
    return {
      ...(dialect.transportCreated(transport) as object),
      iceCandidates: await links.candidatesOf(transport, roomId),
    };
  }

  async #produce(data: Data): Promise<unknown> {
    this.#expectJoined();
    const { dialect } = this.#room.context;
    const producer = await this.#transport(data).produce<ProducerAppData>({
      kind: data.kind as types.MediaKind,
      rtpParameters: data.rtpParameters as types.RtpParameters,
      appData: dialect.producerAppData(this.id, record(data, 'appData')),
    });
    this.producers.set(producer.id, producer);
    producer.observer.on('close', () => this.producers.delete(producer.id));
    producer.on('score', (score) => this.notify('producerScore', { producerId: producer.id, score }));
    await this.#room.addProducer(producer);
    return dialect.produced(producer.id);
  }

  async #produceData(data: Data): Promise<unknown> {
    this.#expectJoined();
    const dataProducer = await this.#transport(data).produceData({
      sctpStreamParameters: data.sctpStreamParameters as types.SctpStreamParameters,
      label: text(data, 'label'),
      protocol: text(data, 'protocol'),
      appData: record(data, 'appData'),
    });
    this.dataProducers.set(dataProducer.id, dataProducer);
    dataProducer.observer.on('close', () => this.dataProducers.delete(dataProducer.id));
    void this.#room.addDataProducer(dataProducer, this);
    return this.#room.context.dialect.dataProduced(dataProducer.id);
  }

  /** Consumer made paused, announced, resumed once the peer has answered: no packet arrives before it is expected. */
  async consume(producer: Producer): Promise<void> {
    const { dialect, router, roomId, stats } = this.#room.context;
    const transport = this.#consumingTransport();
    const rtpCapabilities = this.#rtpCapabilities;
    if (!transport || !rtpCapabilities || producer.closed) return;
    if (!router.canConsume({ producerId: producer.id, rtpCapabilities })) return;
    try {
      const modern = dialect.name === 'modern';
      const consumer = await transport.consume({
        producerId: producer.id,
        rtpCapabilities,
        paused: true,
        ...(modern ? { enableRtx: true, ignoreDtx: true } : {}),
      });
      this.#consumers.set(consumer.id, consumer);
      this.#follow(consumer);
      await stats.addConsumer(roomId, this.id, consumer, producer);
      await this.#protoo.request('newConsumer', dialect.newConsumer(consumer, producer, transport));
      await consumer.resume();
      if (!modern) this.notify('consumerScore', { consumerId: consumer.id, score: consumer.score });
    } catch (error) {
      // The peer refused or has gone; mediasoup-demo only logs it too.
      if (!this.#protoo.closed) console.warn(`sfu: ${this.id} does not consume ${producer.id}: ${String(error)}`);
    }
  }

  #follow(consumer: Consumer): void {
    const { dialect } = this.#room.context;
    const consumerId = consumer.id;
    consumer.observer.on('close', () => this.#consumers.delete(consumerId));
    consumer.on('producerclose', () => this.notify('consumerClosed', { consumerId }));
    consumer.on('producerpause', () => this.notify('consumerPaused', { consumerId }));
    consumer.on('producerresume', () => this.notify('consumerResumed', { consumerId }));
    consumer.on('score', (score) => this.notify('consumerScore', { consumerId, score }));
    consumer.on('layerschange', (layers) =>
      this.notify('consumerLayersChanged', dialect.layersChanged(consumerId, layers)),
    );
  }

  async consumeData(dataProducer: types.DataProducer, ownerId: string | null): Promise<void> {
    const transport = this.#consumingTransport();
    if (!this.#usesData || !transport?.sctpParameters) return;
    try {
      const consumer = await transport.consumeData({ dataProducerId: dataProducer.id });
      this.#dataConsumers.set(consumer.id, consumer);
      consumer.observer.on('close', () => this.#dataConsumers.delete(consumer.id));
      consumer.on('dataproducerclose', () => this.notify('dataConsumerClosed', { dataConsumerId: consumer.id }));
      const { dialect } = this.#room.context;
      await this.#protoo.request(
        'newDataConsumer',
        dialect.newDataConsumer(consumer, dataProducer, ownerId, transport),
      );
    } catch {
      // A peer without use for data channels refuses them, which is no fault.
    }
  }
}
