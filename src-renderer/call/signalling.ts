import type { types as mediasoup } from 'mediasoup-client';
import type { MediaKind, Source } from '../../src-main/contract/timeline.ts';

/**
 * What a call needs from a signalling server, whatever its protocol. One implementation per kind of server; the rest of
 * the renderer knows only this. Everything a listener receives is text and numbers from a server: untrusted.
 */

export interface RemotePeer {
  peerId: string;
  displayName: string;
  device: string | null;
}

/** What older servers ask for before they open data channels (mediasoup-client 3.24 has no type for it any more). */
export interface SctpCapabilities {
  numStreams: { OS: number; MIS: number };
}

/** The server's end of a receiving transport, as mediasoup-client's `createRecvTransport` wants it. */
export interface TransportParameters {
  id: string;
  iceParameters: mediasoup.IceParameters;
  iceCandidates: mediasoup.IceCandidate[];
  dtlsParameters: mediasoup.DtlsParameters;
  sctpParameters?: mediasoup.SctpParameters;
}

/** A consumer that the server has made for us and that waits for our answer. */
export interface NewConsumer {
  consumerId: string;
  producerId: string;
  peerId: string;
  kind: MediaKind;
  source: Source;
  rtpParameters: mediasoup.RtpParameters;
  producerPaused: boolean;
  /** Layers of the producer: the highest spatial and temporal index, or null where there is only one. */
  topLayers: { spatial: number; temporal: number } | null;
}

export interface NewDataConsumer {
  dataConsumerId: string;
  dataProducerId: string;
  peerId: string | null;
  label: string;
  protocol: string;
  sctpStreamParameters: mediasoup.SctpStreamParameters;
}

export interface SignallingListener {
  peerJoined(peer: RemotePeer): void;
  peerLeft(peerId: string): void;
  peerRenamed(peerId: string, displayName: string): void;
  /** Resolves when the consumer can take media; a rejection refuses it. */
  newConsumer(consumer: NewConsumer): Promise<void>;
  /** Resolves true where the channel is wanted; false refuses it. */
  newDataConsumer(consumer: NewDataConsumer): Promise<boolean>;
  consumerClosed(consumerId: string): void;
  consumerPaused(consumerId: string): void;
  consumerResumed(consumerId: string): void;
  layersChanged(consumerId: string, spatial: number | null, temporal: number | null): void;
  activeSpeaker(peerId: string | null): void;
  /** The connection is gone; the server may or may not still send media. Called at most once. */
  disconnected(reason: string): void;
}

export interface JoinParameters {
  displayName: string;
  rtpCapabilities: mediasoup.RtpCapabilities;
  sctpCapabilities: SctpCapabilities;
}

/** One connection to a room. After `disconnected` it is of no more use: make a new one. */
export interface Signalling {
  /** Connects and asks what the room's router can do. */
  open(): Promise<mediasoup.RtpCapabilities>;
  createReceiveTransport(sctpCapabilities: SctpCapabilities): Promise<TransportParameters>;
  connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters): Promise<void>;
  restartIce(transportId: string): Promise<mediasoup.IceParameters>;
  /** Becomes a visible peer; resolves with those who are there already. Consumers follow through the listener. */
  join(parameters: JoinParameters): Promise<RemotePeer[]>;
  requestKeyFrame(consumerId: string): Promise<void>;
  setPreferredLayers(consumerId: string, spatial: number, temporal: number): Promise<void>;
  /** What the others call us from now on. */
  changeDisplayName(displayName: string): Promise<void>;
  close(): void;
}

/** Why a call could not be joined: `code` is one of the contract's join errors. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
  readonly code: 'JOIN_UNREACHABLE' | 'JOIN_REFUSED' | 'JOIN_PROTOCOL';

  constructor(code: JoinError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
