import type { types } from 'mediasoup';
import type { Consumer, Producer, TransportDirection, WebRtcTransport } from './media.ts';

/**
 * mediasoup-demo has spoken two protocols over protoo: `classic` (server/lib/Room.js, until 2025), where everything that
 * a peer asks for is a request and ids are called `id`, and `modern` (server/src/signaling/protooMessages.ts), where
 * what needs no answer is a notification and every id carries its noun.
 */
export type DialectName = 'classic' | 'modern';

export interface PeerInfo {
  id: string;
  displayName: string;
  device: unknown;
  remoteAddress: string;
}

/** How one protocol writes and reads what both have in common. */
export interface Dialect {
  name: DialectName;
  routerRtpCapabilities(capabilities: types.RtpCapabilities): unknown;
  peer(peer: PeerInfo): unknown;
  newPeer(peer: PeerInfo): unknown;
  transportCreated(transport: WebRtcTransport): unknown;
  direction(request: Record<string, unknown>): TransportDirection;
  iceRestarted(parameters: types.IceParameters): unknown;
  produced(producerId: string): unknown;
  producerAppData(peerId: string, appData: Record<string, unknown>): { peerId: string };
  dataProduced(dataProducerId: string): unknown;
  stats(stats: unknown[]): unknown;
  newConsumer(consumer: Consumer, producer: Producer, transport: WebRtcTransport): unknown;
  newDataConsumer(
    consumer: types.DataConsumer,
    producer: types.DataProducer,
    peerId: string | null,
    transport: WebRtcTransport,
  ): unknown;
  layersChanged(consumerId: string, layers: types.ConsumerLayers | undefined): unknown;
}

const iceAndDtls = (transport: WebRtcTransport): object => ({
  iceParameters: transport.iceParameters,
  iceCandidates: transport.iceCandidates,
  dtlsParameters: transport.dtlsParameters,
  sctpParameters: transport.sctpParameters,
});

const classic: Dialect = {
  name: 'classic',
  routerRtpCapabilities: (capabilities) => capabilities,
  peer: ({ id, displayName, device }) => ({ id, displayName, device }),
  newPeer: ({ id, displayName, device }) => ({ id, displayName, device }),
  transportCreated: (transport) => ({ id: transport.id, ...iceAndDtls(transport) }),
  direction: (request) => (request.consuming ? 'consumer' : 'producer'),
  iceRestarted: (parameters) => parameters,
  produced: (id) => ({ id }),
  producerAppData: (peerId, appData) => ({ ...appData, peerId }),
  dataProduced: (id) => ({ id }),
  stats: (stats) => stats,
  newConsumer: (consumer, producer) => ({
    peerId: producer.appData.peerId,
    producerId: producer.id,
    id: consumer.id,
    kind: consumer.kind,
    rtpParameters: consumer.rtpParameters,
    type: consumer.type,
    appData: producer.appData,
    producerPaused: consumer.producerPaused,
  }),
  newDataConsumer: (consumer, producer, peerId) => ({
    peerId,
    dataProducerId: producer.id,
    id: consumer.id,
    sctpStreamParameters: consumer.sctpStreamParameters,
    label: consumer.label,
    protocol: consumer.protocol,
    appData: producer.appData,
  }),
  layersChanged: (consumerId, layers) => ({
    consumerId,
    spatialLayer: layers ? layers.spatialLayer : null,
    temporalLayer: layers ? layers.temporalLayer : null,
  }),
};

const modernPeer = ({ id, displayName, device, remoteAddress }: PeerInfo): object => ({
  peerId: id,
  displayName,
  device,
  remoteAddress,
});

const modern: Dialect = {
  name: 'modern',
  routerRtpCapabilities: (routerRtpCapabilities) => ({ routerRtpCapabilities }),
  peer: modernPeer,
  newPeer: (peer) => ({ peer: modernPeer(peer) }),
  transportCreated: (transport) => ({ transportId: transport.id, ...iceAndDtls(transport) }),
  direction: (request) => {
    const direction = (request.appData as { direction?: unknown } | undefined)?.direction;
    if (direction !== 'producer' && direction !== 'consumer') {
      throw new TypeError(`invalid transport direction: ${String(direction)}`);
    }
    return direction;
  },
  iceRestarted: (iceParameters) => ({ iceParameters }),
  produced: (producerId) => ({ producerId }),
  producerAppData: (peerId, { source }) => ({ peerId, source }),
  dataProduced: (dataProducerId) => ({ dataProducerId }),
  stats: (stats) => ({ stats }),
  newConsumer: (consumer, producer, transport) => ({
    peerId: producer.appData.peerId,
    transportId: transport.id,
    consumerId: consumer.id,
    producerId: producer.id,
    kind: consumer.kind,
    rtpParameters: consumer.rtpParameters,
    type: consumer.type,
    producerPaused: consumer.producerPaused,
    consumerScore: consumer.score,
    appData: { peerId: producer.appData.peerId, source: producer.appData.source },
  }),
  newDataConsumer: (consumer, producer, peerId, transport) => ({
    peerId: peerId ?? undefined,
    transportId: transport.id,
    dataConsumerId: consumer.id,
    dataProducerId: producer.id,
    sctpStreamParameters: consumer.sctpStreamParameters,
    label: consumer.label,
    protocol: consumer.protocol,
    appData: { peerId: peerId ?? undefined, channel: producer.appData.channel },
  }),
  layersChanged: (consumerId, layers) => ({ consumerId, layers }),
};

export const DIALECTS: Record<DialectName, Dialect> = { classic, modern };
