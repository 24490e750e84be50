import { Device, type types as mediasoup } from 'mediasoup-client';
import * as protoo from 'protoo-client';
import { drawPattern } from './picture.ts';
import { playBeeps } from './sound.ts';

/**
 * A browser as a publisher, in the classic dialect: the test's picture from a canvas, its beeps from WebAudio, by
 * Chromium's own encoders. What ffmpeg cannot send over RTP comes from here: VP9 with its layers, AV1, simulcast.
 */

/** Who publishes what; plain data, as it comes from the test's process. */
export interface BrowserPeer {
  url: string;
  peerId: string;
  name: string;
  colour: string;
  toneHz: number;
  width: number;
  height: number;
  fps: number;
  /** MIME type, and the parameters that tell it from others of the same type. Null: not sent. */
  video: { mimeType: string; parameters?: Record<string, unknown> } | null;
  audio: { mimeType: string } | null;
  /** Layers of the picture, in one encoding (SVC). */
  scalabilityMode?: string;
  /** Sizes of the picture that are sent at the same time (simulcast), as divisors, the smallest picture first. */
  simulcast?: number[];
  codecOptions?: mediasoup.ProducerCodecOptions;
}

/** What a peer has sent so far. */
export interface BrowserCounts {
  /** Pictures that were drawn. */
  drawn: number;
  /** Encoded frames of the largest picture; with SVC a frame for each of its layers. */
  frames: number;
  /** Audio packets. */
  packets: number;
  /** Of the largest picture. */
  size: string;
}

/** The page, as the tests drive it. */
export interface BrowserPublisher {
  start(peer: BrowserPeer): Promise<void>;
  /** Every peer draws and beeps no more, and what was sent until then is counted, in the order of starting. */
  finish(): Promise<BrowserCounts[]>;
  leave(): void;
}

declare global {
  interface Window {
    publisher: BrowserPublisher;
  }
}

/** What a peer sends last is on its way for so long. */
const SETTLE_MS = 500;

interface Publishing {
  signalling: protoo.Peer;
  transport: mediasoup.Transport;
  producers: mediasoup.Producer[];
  picture: ReturnType<typeof drawPattern> | null;
}

const context = new AudioContext({ sampleRate: 48_000 });
const publishing: Publishing[] = [];

async function connect(url: string, peerId: string): Promise<protoo.Peer> {
  const address = new URL(url);
  address.searchParams.set('peerId', peerId);
  const peer = new protoo.Peer(new protoo.WebSocketTransport(address.href, { retry: { retries: 0 } }));
  await new Promise<void>((resolve, reject) => {
    peer.on('open', resolve);
    peer.on('failed', () => reject(new Error(`${address.host} cannot be reached`)));
  });
  // It receives nothing: whatever the server offers is refused.
  peer.on('request', (_request, _accept, reject) => reject(403, 'only publishes'));
  return peer;
}

async function openTransport(peer: protoo.Peer, device: Device): Promise<mediasoup.Transport> {
  const request = { forceTcp: false, producing: true, consuming: false };
  const parameters = (await peer.request('createWebRtcTransport', request)) as mediasoup.TransportOptions;
  const made = device.createSendTransport(parameters);
  const transportId = made.id;
  made.on('connect', ({ dtlsParameters }, done, failed) => {
    peer.request('connectWebRtcTransport', { transportId, dtlsParameters }).then(() => done(), failed);
  });
  made.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
    peer
      .request('produce', { transportId, kind, rtpParameters, appData })
      .then((answer) => done({ id: (answer as { id: string }).id }), failed);
  });
  return made;
}

/** The device's codec of that type whose parameters are these. */
function codecOf(device: Device, wanted: { mimeType: string; parameters?: Record<string, unknown> }) {
  const found = device.recvRtpCapabilities.codecs?.find(
    ({ mimeType, parameters }) =>
      mimeType.toLowerCase() === wanted.mimeType.toLowerCase() &&
      Object.entries(wanted.parameters ?? {}).every(([key, value]) => parameters?.[key] === value),
  );
  if (!found) throw new Error(`the server and this browser have no ${JSON.stringify(wanted)} in common`);
  return found;
}

async function produce(
  transport: mediasoup.Transport,
  device: Device,
  peer: BrowserPeer,
  track: MediaStreamTrack,
): Promise<mediasoup.Producer> {
  const wanted = track.kind === 'video' ? peer.video : peer.audio;
  if (!wanted) throw new Error(`${peer.name} sends no ${track.kind}`);
  const { scalabilityMode, simulcast } = peer;
  const layers = simulcast?.map((divisor, i) => ({
    scaleResolutionDownBy: divisor,
    maxBitrate: 300_000 * (i + 1),
    scalabilityMode: scalabilityMode ?? 'L1T3',
  }));
  const encodings = layers ?? (scalabilityMode ? [{ scalabilityMode, maxBitrate: 1_500_000 }] : undefined);
  const codecOptions = { videoGoogleStartBitrate: 1500, ...peer.codecOptions };
  return transport.produce({
    track,
    codec: codecOf(device, wanted),
    codecOptions,
    stopTracks: false,
    ...(track.kind === 'video' && encodings ? { encodings } : {}),
  });
}

async function counts({ producers, picture }: Publishing): Promise<BrowserCounts> {
  const sent = { drawn: picture?.drawn() ?? 0, frames: 0, packets: 0, size: '' };
  for (const producer of producers) {
    for (const entry of (await producer.getStats()).values()) {
      const {
        type,
        kind,
        framesSent = 0,
        packetsSent = 0,
        frameWidth,
        frameHeight,
      } = entry as RTCOutboundRtpStreamStats;
      if (type !== 'outbound-rtp') continue;
      if (kind === 'audio') sent.packets = packetsSent;
      else if (frameWidth && (sent.size === '' || frameWidth > Number(sent.size.split('x')[0]))) {
        [sent.frames, sent.size] = [framesSent, `${frameWidth}x${frameHeight}`];
      }
    }
  }
  return sent;
}

window.publisher = {
  async start(peer) {
    const signalling = await connect(peer.url, peer.peerId);
    const device = await Device.factory();
    const routerRtpCapabilities = (await signalling.request('getRouterRtpCapabilities')) as mediasoup.RtpCapabilities;
    await device.load({ routerRtpCapabilities });
    const transport = await openTransport(signalling, device);
    await signalling.request('join', { displayName: peer.name, device: { name: 'Chromium' } });
    const picture = peer.video ? drawPattern(context, peer) : null;
    const producers: mediasoup.Producer[] = [];
    if (peer.audio) producers.push(await produce(transport, device, peer, playBeeps(context, peer.toneHz)));
    if (picture) producers.push(await produce(transport, device, peer, picture.track));
    publishing.push({ signalling, transport, producers, picture });
  },

  async finish() {
    for (const { picture } of publishing) picture?.stop();
    await context.suspend();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return Promise.all(publishing.map(counts));
  },

  leave() {
    for (const { transport, signalling } of publishing) {
      transport.close();
      signalling.close();
    }
  },
};
