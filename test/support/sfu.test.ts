import { afterEach, describe, expect, it } from 'vitest';
import { startPublisher, type Publisher, type PublisherOptions } from './publisher.ts';
import { startSfu, type DialectName, type ProducerStats, type Sfu, type SfuStats } from './sfu.ts';

type Data = Record<string, unknown>;

/** What is used of protoo-client, which has no types. */
interface ProtooClient {
  WebSocketTransport: new (url: string, options: Data) => unknown;
  Peer: new (transport: unknown) => {
    on(event: string, listener: (...args: never[]) => void): void;
    request(method: string, data?: Data): Promise<Data>;
    notify(method: string, data?: Data): Promise<void>;
    close(): void;
  };
}

interface Message {
  method: string;
  data: Data;
}

/** A peer with signalling but no media of its own: enough to be told of everything. */
async function connect(
  sfu: Sfu,
  options: { origin?: string } = {},
): Promise<{
  peer: InstanceType<ProtooClient['Peer']>;
  notifications: Message[];
  requests: Message[];
}> {
  const name: string = 'protoo-client';
  const protoo = (await import(name)) as ProtooClient;
  const transport = new protoo.WebSocketTransport(`${sfu.url('room')}&peerId=watcher`, {
    retry: { retries: 0 },
    origin: options.origin ?? sfu.httpUrl,
    requestOptions: sfu.certificate ? { ca: sfu.certificate.cert } : {},
  });
  const peer = new protoo.Peer(transport);
  const notifications: Message[] = [];
  const requests: Message[] = [];
  peer.on('notification', (message: Message) => void notifications.push(message));
  peer.on('request', (message: Message, accept: () => void) => {
    requests.push(message);
    accept();
  });
  await new Promise<void>((resolve, reject) => {
    peer.on('open', resolve);
    peer.on('failed', () => reject(new Error('refused')));
  });
  return { peer, notifications, requests };
}

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not happen within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const ada: PublisherOptions = {
  ...{ name: 'Ada', peerId: 'ada', colour: '#b02020', toneHz: 620, codec: 'vp8' },
  ...{ width: 320, height: 180, fps: 30, durationS: 8, bitrate: 300_000 },
};

describe.each<{ dialect: DialectName; tls: boolean }>([
  { dialect: 'classic', tls: false },
  { dialect: 'modern', tls: true },
])('the $dialect SFU, TLS $tls', ({ dialect, tls }) => {
  const modern = dialect === 'modern';
  let sfu: Sfu;
  let publishers: Publisher[] = [];
  afterEach(async () => {
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    publishers = [];
    await sfu.close();
  });
  const publish = async (options: PublisherOptions): Promise<Publisher> => {
    const publisher = await startPublisher(sfu, 'room', options);
    publishers.push(publisher);
    return publisher;
  };

  it('tells a peer of everybody and everything, as mediasoup-demo would', async () => {
    sfu = await startSfu({ dialect, tls });
    const before = Date.now();
    const publisher = await publish(ada);
    expect(publisher.startedAt).toBeGreaterThan(before);
    const { peer, notifications, requests } = await connect(sfu);
    const answer = await peer.request('getRouterRtpCapabilities');
    const rtpCapabilities = (modern ? answer.routerRtpCapabilities : answer) as Data;
    const sctpCapabilities = { numStreams: { OS: 64, MIS: 64 } };
    const receiving = modern ? { appData: { direction: 'consumer' } } : { producing: false, consuming: true };
    const transport = await peer.request('createWebRtcTransport', { forceTcp: false, sctpCapabilities, ...receiving });
    const transportId = String(transport[modern ? 'transportId' : 'id']);
    expect(transport.iceCandidates).toEqual(expect.arrayContaining([expect.objectContaining({ protocol: 'udp' })]));
    const join = { displayName: 'W', device: { name: 'test' }, rtpCapabilities, sctpCapabilities };
    const { peers } = await peer.request('join', join);
    expect(peers).toMatchObject([{ [modern ? 'peerId' : 'id']: 'ada', displayName: 'Ada' }]);
    expect(sfu.joinedPeers('room')).toEqual(['watcher']);

    const consumers = (): Data[] => requests.filter(({ method }) => method === 'newConsumer').map(({ data }) => data);
    await until('two consumers', () => consumers().length === 2);
    await until('the bot', () => requests.some(({ method }) => method === 'newDataConsumer'));
    const video = consumers().find(({ kind }) => kind === 'video') ?? {};
    const consumerId = String(video[modern ? 'consumerId' : 'id']);
    expect(video).toMatchObject({ peerId: 'ada', producerId: publisher.producerIds.video, type: 'simple' });
    if (modern) expect(video).toMatchObject({ transportId, appData: { peerId: 'ada', source: 'video' } });

    if (modern) await peer.notify('requestConsumerKeyFrame', { consumerId });
    else await peer.request('requestConsumerKeyFrame', { consumerId });
    const restarted = await peer.request('restartIce', { transportId });
    expect(modern ? restarted.iceParameters : restarted).toHaveProperty('usernameFragment');

    const notified = (method: string, data: Data = {}): Promise<void> =>
      until(method, () =>
        notifications.some((message) => {
          const matches = Object.entries(data).every(([field, value]) => message.data[field] === value);
          return message.method === method && matches;
        }),
      );
    await publisher.pauseVideo();
    await notified('consumerPaused', { consumerId });
    await publisher.resumeVideo();
    await notified('consumerResumed', { consumerId });
    sfu.rename('room', 'ada', 'Ada L.');
    await notified('peerDisplayNameChanged', { peerId: 'ada', displayName: 'Ada L.', oldDisplayName: 'Ada' });
    sfu.announceSpeaker('room', 'ada');
    await notified('activeSpeaker', { peerId: 'ada' });

    const share = await publish({ ...ada, share: true, audio: false, codec: 'h264' });
    await until('the share', () => consumers().length === 3);
    const shared = modern ? { source: 'screensharing' } : { share: true };
    expect(consumers()[2]).toMatchObject({ peerId: 'ada', appData: shared });
    await share.stop();
    await notified('consumerClosed', { consumerId: String(consumers()[2]?.[modern ? 'consumerId' : 'id']) });

    const videoOf = ({ producers }: SfuStats): ProducerStats | undefined =>
      producers.find(({ producerId }) => producerId === publisher.producerIds.video);
    await until('eleven packets', async () => (videoOf(await sfu.stats())?.packets ?? 0) > 10);
    const stats = await sfu.stats();
    const producer = videoOf(stats);
    expect(producer).toMatchObject({ peerId: 'ada', mimeType: 'video/VP8', closed: false });
    expect(producer?.keyFrames).toBeGreaterThan(0);
    expect(stats.consumers.find((consumer) => consumer.consumerId === consumerId)?.keyFrameRequests).toBe(1);

    await publisher.stop();
    publishers = [];
    await notified('peerClosed', { peerId: 'ada' });
    peer.close();
    await until('the watcher to go', () => sfu.joinedPeers('room').length === 0);
  });

  it('cuts signalling, and dies like a killed server', async () => {
    sfu = await startSfu({ dialect, tls });
    const first = await connect(sfu);
    const dropped = new Promise<void>((resolve) => first.peer.on('disconnected', resolve));
    sfu.dropSignalling();
    await dropped;
    first.peer.close();
    const second = await connect(sfu);
    const killed = new Promise<void>((resolve) => second.peer.on('disconnected', resolve));
    const { port } = sfu;
    await sfu.kill();
    await killed;
    second.peer.close();
    expect(sfu.closed()).toBe(true);
    sfu = await startSfu({ dialect, tls, port });
    expect(sfu.port).toBe(port);
  });
});

describe('the modern SFU', () => {
  it('lets in its own origin only', async () => {
    const sfu = await startSfu({ dialect: 'modern' });
    await expect(connect(sfu, { origin: 'https://elsewhere.example' })).rejects.toThrow();
    const { peer } = await connect(sfu, { origin: 'http://127.0.0.1:3000' });
    peer.close();
    await sfu.close();
  });
});
