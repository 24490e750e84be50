import { z } from 'zod';
import type { types as mediasoup } from 'mediasoup-client';
import type { Source } from '../../src-main/contract/timeline.ts';
import type { NewConsumer, NewDataConsumer, RemotePeer, TransportParameters } from './signalling.ts';

/**
 * The messages of mediasoup-demo's protocol, in its two dialects: `classic` (server in JavaScript, ids called `id`, key
 * frames asked for by request) and `modern` (server in TypeScript, ids called `consumerId`, `transportId`, `peerId`, key
 * frames asked for by notification). Both are parsed here into one form.
 */

const text = z.string().min(1).max(4096);
const name = z.string().max(4096).catch('');
// mediasoup-client checks these structures itself when it is given them.
const rtp = z.custom<mediasoup.RtpParameters>((value) => typeof value === 'object' && value !== null);
const object = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

const device = z
  .object({ name: z.string().max(256).optional(), version: z.string().max(256).optional() })
  .nullish()
  .catch(null);

const peerSchema = z
  .object({ id: text.optional(), peerId: text.optional(), displayName: name.nullish(), device })
  .transform((peer, context): RemotePeer => {
    const peerId = peer.peerId ?? peer.id;
    if (peerId === undefined) {
      context.addIssue({ code: 'custom', message: 'a peer without an id' });
      return z.NEVER;
    }
    const deviceText = [peer.device?.name, peer.device?.version].filter(Boolean).join(' ');
    return { peerId, displayName: peer.displayName || peerId, device: deviceText || null };
  });

/** `newPeer`: classic sends the peer itself, modern wraps it. */
export const newPeerSchema = z.union([z.object({ peer: peerSchema }).transform(({ peer }) => peer), peerSchema]);
export const joinAnswerSchema = z.object({ peers: z.array(peerSchema) });
export const peerClosedSchema = z.object({ peerId: text });
export const peerRenamedSchema = z.object({ peerId: text, displayName: name });
export const consumerIdSchema = z.object({ consumerId: text });
export const activeSpeakerSchema = z.object({ peerId: text.nullish() });
export const layersChangedSchema = z.object({
  consumerId: text,
  spatialLayer: z.number().int().nullish(),
  temporalLayer: z.number().int().nullish(),
  layers: z.object({ spatialLayer: z.number().int(), temporalLayer: z.number().int().nullish() }).nullish(),
});

export const capabilitiesSchema = z.union([
  z
    .object({ routerRtpCapabilities: object<mediasoup.RtpCapabilities>() })
    .transform((answer) => ({ dialect: 'modern' as const, capabilities: answer.routerRtpCapabilities })),
  object<mediasoup.RtpCapabilities>().transform((capabilities) => ({ dialect: 'classic' as const, capabilities })),
]);
export type Dialect = z.infer<typeof capabilitiesSchema>['dialect'];

export const transportSchema = z
  .object({
    id: text.optional(),
    transportId: text.optional(),
    iceParameters: object<mediasoup.IceParameters>(),
    iceCandidates: z.array(object<mediasoup.IceCandidate>()),
    dtlsParameters: object<mediasoup.DtlsParameters>(),
    sctpParameters: object<mediasoup.SctpParameters>().nullish(),
  })
  .transform((answer, context): TransportParameters => {
    const id = answer.transportId ?? answer.id;
    if (id === undefined) {
      context.addIssue({ code: 'custom', message: 'a transport without an id' });
      return z.NEVER;
    }
    const { iceParameters, iceCandidates, dtlsParameters, sctpParameters } = answer;
    return { id, iceParameters, iceCandidates, dtlsParameters, ...(sctpParameters ? { sctpParameters } : {}) };
  });

export const iceParametersSchema = z.union([
  z.object({ iceParameters: object<mediasoup.IceParameters>() }).transform((answer) => answer.iceParameters),
  object<mediasoup.IceParameters>(),
]);

const appDataSchema = z
  .object({ share: z.boolean().optional(), source: z.string().optional(), peerId: z.string().optional() })
  .nullish()
  .catch(null);

function sourceOf(kind: 'audio' | 'video', appData: z.infer<typeof appDataSchema>): Source {
  if (appData?.share === true || /screen|share|display/i.test(appData?.source ?? '')) return 'screen';
  return kind === 'audio' ? 'mic' : 'camera';
}

/** The highest layers of simulcast or SVC, from the scalability mode (`L3T3`, `S3T3_KEY`) of the consumer's encoding. */
function topLayersOf(parameters: mediasoup.RtpParameters, type: string | undefined): NewConsumer['topLayers'] {
  if (type !== 'simulcast' && type !== 'svc') return null;
  const match = /^[LS](\d+)T(\d+)/.exec(parameters.encodings?.[0]?.scalabilityMode ?? '');
  if (!match) return null;
  return { spatial: Number(match[1]) - 1, temporal: Number(match[2]) - 1 };
}

/** Ids that become part of SDP: mediasoup makes them UUIDs. */
const sdpToken = z.string().regex(/^[\w-]{1,64}$/);

export const newConsumerSchema = z
  .object({
    id: sdpToken.optional(),
    consumerId: sdpToken.optional(),
    producerId: text,
    peerId: text.nullish(),
    kind: z.enum(['audio', 'video']),
    rtpParameters: rtp,
    type: z.string().optional(),
    producerPaused: z.boolean().nullish(),
    appData: appDataSchema,
  })
  .transform((data, context): NewConsumer => {
    const consumerId = data.consumerId ?? data.id;
    const peerId = data.peerId ?? data.appData?.peerId;
    if (consumerId === undefined || peerId === undefined) {
      context.addIssue({ code: 'custom', message: 'a consumer without an id or a peer' });
      return z.NEVER;
    }
    return {
      consumerId,
      producerId: data.producerId,
      peerId,
      kind: data.kind,
      source: sourceOf(data.kind, data.appData),
      rtpParameters: data.rtpParameters,
      producerPaused: data.producerPaused ?? false,
      topLayers: topLayersOf(data.rtpParameters, data.type),
    };
  });

export const newDataConsumerSchema = z
  .object({
    id: text.optional(),
    dataConsumerId: text.optional(),
    dataProducerId: text,
    peerId: text.nullish(),
    label: z.string().max(256).catch(''),
    protocol: z.string().max(256).catch(''),
    sctpStreamParameters: object<mediasoup.SctpStreamParameters>(),
  })
  .transform((data, context): NewDataConsumer => {
    const dataConsumerId = data.dataConsumerId ?? data.id;
    if (dataConsumerId === undefined) {
      context.addIssue({ code: 'custom', message: 'a data consumer without an id' });
      return z.NEVER;
    }
    const { dataProducerId, label, protocol, sctpStreamParameters } = data;
    return { dataConsumerId, dataProducerId, peerId: data.peerId ?? null, label, protocol, sctpStreamParameters };
  });
