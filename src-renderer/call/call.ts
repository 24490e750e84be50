import { Device, type types as mediasoup } from 'mediasoup-client';
import {
  JoinError,
  type NewConsumer,
  type NewDataConsumer,
  type RemotePeer,
  type Signalling,
  type SignallingListener,
} from './signalling.ts';

/** SCTP streams offered to servers that ask before they open data channels: what browsers have. */
const SCTP_CAPABILITIES = { numStreams: { OS: 1024, MIS: 1024 } };
/** How long a broken ICE connection may take to heal by an ICE restart before the call counts as lost. */
const ICE_RESTART_TIMEOUT_MS = 10_000;

/**
 * A server says by its signalling that a producer is closed; the last packets come by another way, and later where that
 * is the slower one. So long they are waited for, ms: nothing asks for a lost packet again then, so this is jitter alone.
 */
export const LAST_PACKETS_MS = 500;

/** Label of the data channels that people write in. */
const CHAT_LABEL = 'chat';

/** What happens in a call, for the capture to act on. */
export interface CallListener {
  peerJoined(peer: RemotePeer): void;
  peerLeft(peerId: string): void;
  peerRenamed(peerId: string, displayName: string): void;
  activeSpeaker(peerId: string | null): void;
  /** A consumer is about to receive: take its frames now. No packet is lost between this call and the first frame. */
  consumerAdded(consumer: NewConsumer, receiver: RTCRtpReceiver): void;
  /** A consumer cannot be received; the call goes on without it. */
  consumerFailed(consumer: NewConsumer, reason: string): void;
  consumerClosed(consumerId: string): void;
  consumerPaused(consumerId: string): void;
  consumerResumed(consumerId: string): void;
  layersChanged(consumerId: string, spatial: number | null, temporal: number | null): void;
  /** Something was written in the room's chat; `peerId` null: the server does not say by whom. */
  chat(peerId: string | null, text: string): void;
  /** Media can come no more, or again, over the connection that there is; `lost` follows where it does not heal. */
  linkChanged(up: boolean): void;
  /** The call is lost and has to be joined again. Called at most once, never after `leave()`. */
  lost(what: 'signalling' | 'ice', reason: string): void;
}

/** How frames are taken from a receiver on this platform. */
export type TapSupport = 'script-transform' | 'encoded-streams';

/** The standard transform where it exists, else Chromium's older insertable streams, which Electron 33 has. */
export function tapSupport(): TapSupport {
  return 'RTCRtpScriptTransform' in globalThis ? 'script-transform' : 'encoded-streams';
}

/** `encodedInsertableStreams` is Chromium's own and in no type library. */
const TAP_SETTINGS: Record<TapSupport, Partial<RTCConfiguration> & { encodedInsertableStreams?: boolean }> = {
  'script-transform': {},
  'encoded-streams': { encodedInsertableStreams: true },
};

/** One stay in a room, from `join()` to `leave()` or `lost`. Receives everything, sends nothing. */
export class Call {
  readonly #signalling: Signalling;
  readonly #listener: CallListener;
  readonly #settings: Partial<RTCConfiguration>;
  readonly #consumers = new Map<string, mediasoup.Consumer>();
  #transport: mediasoup.Transport | null = null;
  #iceTimer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #linkUp = true;

  /**
   * @param connect makes the signalling for this call, given the listener that it reports to.
   * @param settings of the receiving connection; by default those with which frames can be taken from it.
   */
  constructor(
    connect: (listener: SignallingListener) => Signalling,
    listener: CallListener,
    settings: Partial<RTCConfiguration> = TAP_SETTINGS[tapSupport()],
  ) {
    this.#settings = settings;
    this.#listener = listener;
    this.#signalling = connect(this.#signallingListener());
  }

  /** Joins as a visible peer. Throws JoinError; the call is of no more use then. */
  async join(displayName: string): Promise<RemotePeer[]> {
    try {
      const routerRtpCapabilities = await this.#signalling.open();
      const device = await loadDevice(routerRtpCapabilities);
      const parameters = await this.#signalling.createReceiveTransport(SCTP_CAPABILITIES);
      this.#transport = this.#makeTransport(device, parameters);
      if (parameters.sctpParameters) await connectNow(this.#transport);
      return await this.#signalling.join({
        displayName,
        rtpCapabilities: device.recvRtpCapabilities,
        sctpCapabilities: SCTP_CAPABILITIES,
      });
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Whether the call was left or lost: such a call is of no more use. */
  get over(): boolean {
    return this.#over;
  }

  requestKeyFrame(consumerId: string): Promise<void> {
    return this.#signalling.requestKeyFrame(consumerId);
  }

  changeDisplayName(displayName: string): Promise<void> {
    return this.#signalling.changeDisplayName(displayName);
  }

  /** The network may be another one: ICE looks for a way at once, not only when the old one has timed out. */
  networkChanged(): void {
    const transport = this.#transport;
    if (this.#over || !transport) return;
    this.#restartIce(transport).catch((error: unknown) => console.warn('ICE was not restarted', error));
  }

  async #restartIce(transport: mediasoup.Transport): Promise<void> {
    await transport.restartIce({ iceParameters: await this.#signalling.restartIce(transport.id) });
  }

  leave(): void {
    this.#over = true;
    clearTimeout(this.#iceTimer);
    this.#signalling.close();
    this.#transport?.close();
  }

  #lose(what: 'signalling' | 'ice', reason: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#iceTimer);
    this.#listener.lost(what, reason);
  }

  #makeTransport(device: Device, parameters: Parameters<Device['createRecvTransport']>[0]): mediasoup.Transport {
    const transport = device.createRecvTransport({
      ...parameters,
      additionalSettings: this.#settings,
    });
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#signalling.connectTransport(transport.id, dtlsParameters).then(done, failed);
    });
    transport.on('connectionstatechange', (state) => this.#handleConnectionState(transport, state));
    return transport;
  }

  #handleConnectionState(transport: mediasoup.Transport, state: mediasoup.ConnectionState): void {
    if (this.#over) return;
    if (state === 'connected') {
      clearTimeout(this.#iceTimer);
      this.#setLink(true);
    }
    if (state !== 'disconnected' && state !== 'failed') return;
    clearTimeout(this.#iceTimer);
    this.#setLink(false);
    this.#iceTimer = setTimeout(
      () => this.#lose('ice', 'media stopped and an ICE restart did not help'),
      ICE_RESTART_TIMEOUT_MS,
    );
    this.#restartIce(transport).catch((error: unknown) =>
      this.#lose('ice', `the server refused an ICE restart: ${String(error)}`),
    );
  }

  #setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    this.#listener.linkChanged(up);
  }

  #signallingListener(): SignallingListener {
    const listener = this.#listener;
    return {
      peerJoined: (peer) => listener.peerJoined(peer),
      peerLeft: (peerId) => listener.peerLeft(peerId),
      peerRenamed: (peerId, displayName) => listener.peerRenamed(peerId, displayName),
      activeSpeaker: (peerId) => listener.activeSpeaker(peerId),
      newConsumer: async (consumer) => {
        try {
          await this.#consume(consumer);
        } catch (error) {
          listener.consumerFailed(consumer, error instanceof Error ? error.message : String(error));
          throw error;
        }
      },
      newDataConsumer: (channel) => this.#consumeData(channel),
      consumerClosed: (consumerId) => {
        const consumer = this.#consumers.get(consumerId);
        this.#consumers.delete(consumerId);
        // Its last packets are behind the word that it is closed, which goes another way.
        setTimeout(() => consumer?.close(), LAST_PACKETS_MS);
        listener.consumerClosed(consumerId);
      },
      consumerPaused: (consumerId) => listener.consumerPaused(consumerId),
      consumerResumed: (consumerId) => listener.consumerResumed(consumerId),
      layersChanged: (consumerId, spatial, temporal) => listener.layersChanged(consumerId, spatial, temporal),
      disconnected: (reason) => this.#lose('signalling', reason),
    };
  }

  /** The chat is recorded; other channels (a bot's, a game's) are not for us. */
  async #consumeData(request: NewDataConsumer): Promise<boolean> {
    if (request.label !== CHAT_LABEL || !this.#transport) return false;
    const { dataConsumerId: id, dataProducerId, label, protocol, sctpStreamParameters } = request;
    const consumer = await this.#transport.consumeData({ id, dataProducerId, label, protocol, sctpStreamParameters });
    consumer.on('message', (message: unknown) => {
      if (typeof message === 'string') this.#listener.chat(request.peerId, message);
      else if (message instanceof ArrayBuffer) this.#listener.chat(request.peerId, new TextDecoder().decode(message));
    });
    return true;
  }

  async #consume(request: NewConsumer): Promise<void> {
    if (!this.#transport) throw new JoinError('JOIN_PROTOCOL', 'A consumer was offered before there was a transport.');
    const consumer = await this.#transport.consume({
      id: request.consumerId,
      producerId: request.producerId,
      kind: request.kind,
      rtpParameters: withSafeCname(request),
      // Each track is its own media stream: nothing here has to be played in sync.
      streamId: request.consumerId,
      onRtpReceiver: (receiver) => this.#listener.consumerAdded(request, receiver),
    });
    this.#consumers.set(request.consumerId, consumer);
    if (request.topLayers) {
      const { spatial, temporal } = request.topLayers;
      this.#signalling
        .setPreferredLayers(request.consumerId, spatial, temporal)
        .catch((error: unknown) => console.warn('the server refused the highest layers', error));
    }
  }
}

/**
 * Connects ICE and DTLS before there is anything to receive, so that the first peer's first packets are not lost to the
 * handshake. A transport connects with its first consumer, so it gets one: a data channel that only this side knows of.
 */
async function connectNow(transport: mediasoup.Transport): Promise<void> {
  await transport.consumeData({
    id: 'connect-now',
    dataProducerId: 'connect-now',
    // The last of the streams offered: servers count from the first.
    sctpStreamParameters: { streamId: SCTP_CAPABILITIES.numStreams.OS - 1, ordered: true },
  });
}

/** The CNAME becomes a line of SDP and is the sender's own text: a space would break it, a line break add to it. */
function withSafeCname({ consumerId, rtpParameters }: NewConsumer): mediasoup.RtpParameters {
  return { ...rtpParameters, rtcp: { ...rtpParameters.rtcp, cname: consumerId } };
}

async function loadDevice(routerRtpCapabilities: mediasoup.RtpCapabilities): Promise<Device> {
  try {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    return device;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JoinError('JOIN_PROTOCOL', `The server's media capabilities cannot be used: ${reason}`, error);
  }
}
