import * as protoo from 'protoo-client';
import type { types as mediasoup } from 'mediasoup-client';
import type { z } from 'zod';
import * as messages from './mediasoup-demo-messages.ts';
import {
  JoinError,
  type JoinParameters,
  type RemotePeer,
  type SctpCapabilities,
  type Signalling,
  type SignallingListener,
  type TransportParameters,
} from './signalling.ts';

/** How long a server may take to accept the connection or to answer a request. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * mediasoup-demo's signalling over protoo (WebSocket). Which dialect the server speaks is seen from its first answer;
 * until then requests carry the fields of both, which either server ignores where it does not know them.
 */
export class MediasoupDemoSignalling implements Signalling {
  readonly #url: string;
  readonly #listener: SignallingListener;
  #peer: protoo.Peer | null = null;
  #dialect: messages.Dialect = 'classic';
  #lost = false;

  /** @param url signalling address with `roomId`; `peerId` is added to it. */
  constructor(url: string, peerId: string, listener: SignallingListener) {
    const address = new URL(url);
    address.searchParams.set('peerId', peerId);
    this.#url = address.href;
    this.#listener = listener;
  }

  async open(): Promise<mediasoup.RtpCapabilities> {
    const transport = new protoo.WebSocketTransport(this.#url, { retry: { retries: 0 } });
    const peer = new protoo.Peer(transport);
    this.#peer = peer;
    await this.#opened(peer);
    peer.on('disconnected', () => this.#lose('the signalling connection was lost'));
    peer.on('close', () => this.#lose('the server closed the signalling connection'));
    peer.on('request', (request, accept, reject) => {
      this.#handleRequest(request).then(
        (refusal) => (refusal === null ? accept() : reject(refusal.code, refusal.reason)),
        (error: unknown) => reject(500, String(error)),
      );
    });
    peer.on('notification', (notification) => this.#handleNotification(notification));
    const answer = await this.#request('getRouterRtpCapabilities', undefined, messages.capabilitiesSchema);
    this.#dialect = answer.dialect;
    return answer.capabilities;
  }

  async createReceiveTransport(sctpCapabilities: SctpCapabilities): Promise<TransportParameters> {
    return this.#request(
      'createWebRtcTransport',
      {
        forceTcp: false,
        producing: false,
        consuming: true,
        sctpCapabilities,
        direction: 'consumer',
        appData: { direction: 'consumer' },
      },
      messages.transportSchema,
    );
  }

  async connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters): Promise<void> {
    await this.#ask('connectWebRtcTransport', { transportId, dtlsParameters });
  }

  async restartIce(transportId: string): Promise<mediasoup.IceParameters> {
    return this.#request('restartIce', { transportId }, messages.iceParametersSchema);
  }

  async join(parameters: JoinParameters): Promise<RemotePeer[]> {
    const device = { flag: 'rollcall', name: 'Rollcall', version: 'recorder' };
    const answer = await this.#request('join', { ...parameters, device }, messages.joinAnswerSchema);
    return answer.peers;
  }

  async requestKeyFrame(consumerId: string): Promise<void> {
    await this.#tell('requestConsumerKeyFrame', { consumerId });
  }

  async setPreferredLayers(consumerId: string, spatial: number, temporal: number): Promise<void> {
    await this.#tell('setConsumerPreferredLayers', { consumerId, spatialLayer: spatial, temporalLayer: temporal });
  }

  async changeDisplayName(displayName: string): Promise<void> {
    await this.#tell('changeDisplayName', { displayName });
  }

  close(): void {
    this.#lost = true;
    this.#peer?.close();
  }

  #opened(peer: protoo.Peer): Promise<void> {
    return new Promise((resolve, reject) => {
      const host = new URL(this.#url).host;
      const timer = setTimeout(() => {
        peer.close();
        reject(new JoinError('JOIN_UNREACHABLE', `${host} did not answer within ${ANSWER_TIMEOUT_MS / 1000} s.`));
      }, ANSWER_TIMEOUT_MS);
      peer.on('open', () => {
        clearTimeout(timer);
        resolve();
      });
      const failed = (): void => {
        clearTimeout(timer);
        reject(new JoinError('JOIN_UNREACHABLE', `No signalling connection to ${host} could be made.`));
      };
      peer.on('failed', failed);
      peer.on('close', failed);
    });
  }

  #lose(reason: string): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#listener.disconnected(reason);
  }

  /** A request whose answer is parsed. Throws JoinError where the server refuses or answers something else. */
  async #request<T>(method: string, data: unknown, schema: z.ZodType<T>): Promise<T> {
    const answer = await this.#ask(method, data);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new JoinError('JOIN_PROTOCOL', `The server's answer to "${method}" is not mediasoup-demo's.`, parsed.error);
  }

  async #ask(method: string, data: unknown): Promise<unknown> {
    if (!this.#peer) throw new JoinError('JOIN_PROTOCOL', `"${method}" was asked before the connection was open.`);
    try {
      return await this.#peer.request(method, data);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new JoinError('JOIN_REFUSED', `The server refused "${method}": ${reason}`, error);
    }
  }

  /** A wish without an answer: a request in the classic dialect, a notification in the modern one. */
  async #tell(method: string, data: unknown): Promise<void> {
    if (this.#dialect === 'classic') await this.#ask(method, data);
    else await this.#peer?.notify(method, data);
  }

  async #handleRequest(request: protoo.IncomingRequest): Promise<{ code: number; reason: string } | null> {
    switch (request.method) {
      case 'newConsumer': {
        const parsed = messages.newConsumerSchema.safeParse(request.data);
        if (!parsed.success) return { code: 400, reason: 'newConsumer could not be understood' };
        await this.#listener.newConsumer(parsed.data);
        return null;
      }
      case 'newDataConsumer': {
        const parsed = messages.newDataConsumerSchema.safeParse(request.data);
        if (!parsed.success) return { code: 400, reason: 'newDataConsumer could not be understood' };
        const wanted = await this.#listener.newDataConsumer(parsed.data);
        return wanted ? null : { code: 403, reason: 'this channel is not recorded' };
      }
      default:
        return { code: 404, reason: `unknown request "${request.method}"` };
    }
  }

  #handleNotification({ method, data }: protoo.IncomingRequest): void {
    const listener = this.#listener;
    const on = <T>(schema: z.ZodType<T>, handle: (value: T) => void): void => {
      const parsed = schema.safeParse(data);
      if (parsed.success) handle(parsed.data);
      else console.warn(`notification "${method}" could not be understood`, parsed.error.message);
    };
    switch (method) {
      case 'newPeer':
        return on(messages.newPeerSchema, (peer) => listener.peerJoined(peer));
      case 'peerClosed':
        return on(messages.peerClosedSchema, ({ peerId }) => listener.peerLeft(peerId));
      case 'peerDisplayNameChanged':
        return on(messages.peerRenamedSchema, ({ peerId, displayName }) => listener.peerRenamed(peerId, displayName));
      case 'consumerClosed':
        return on(messages.consumerIdSchema, ({ consumerId }) => listener.consumerClosed(consumerId));
      case 'consumerPaused':
        return on(messages.consumerIdSchema, ({ consumerId }) => listener.consumerPaused(consumerId));
      case 'consumerResumed':
        return on(messages.consumerIdSchema, ({ consumerId }) => listener.consumerResumed(consumerId));
      case 'consumerLayersChanged':
        return on(messages.layersChangedSchema, (change) =>
          listener.layersChanged(
            change.consumerId,
            change.layers?.spatialLayer ?? change.spatialLayer ?? null,
            change.layers?.temporalLayer ?? change.temporalLayer ?? null,
          ),
        );
      case 'activeSpeaker':
        return on(messages.activeSpeakerSchema, ({ peerId }) => listener.activeSpeaker(peerId ?? null));
      default:
        // Scores, bandwidth estimates and the like: nothing to record.
        return;
    }
  }
}
