import type { Consumer, Producer } from './media.ts';

export interface ProducerStats {
  producerId: string;
  roomId: string;
  peerId: string;
  kind: 'audio' | 'video';
  mimeType: string;
  paused: boolean;
  closed: boolean;
  /** Key-frame requests that the SFU passed on to the publisher. */
  plis: number;
  firs: number;
  /** Key frames that the publisher sent, counted from the producer's start. */
  keyFrames: number;
  packets: number;
  bytes: number;
  /** Unix milliseconds at which the SFU got the first RTP packet; null before. */
  firstPacketAt: number | null;
}

export interface ConsumerStats {
  consumerId: string;
  producerId: string;
  roomId: string;
  /** Who consumes. */
  peerId: string;
  producerPeerId: string;
  kind: 'audio' | 'video';
  closed: boolean;
  paused: boolean;
  /** `requestConsumerKeyFrame` of the signalling. */
  keyFrameRequests: number;
  /** PLI and FIR that the consuming side sent over RTCP. */
  plis: number;
  firs: number;
  nacks: number;
  packets: number;
  bytes: number;
  packetsLost: number;
  packetsRetransmitted: number;
}

export interface SfuStats {
  producers: ProducerStats[];
  consumers: ConsumerStats[];
}

const SAMPLE_EVERY_MS = 500;

/** A promise and its resolver (`Promise.withResolvers` is not in Node 20). */
function deferred(): { promise: Promise<number>; resolve: (unixMs: number) => void } {
  let resolve: (unixMs: number) => void = () => undefined;
  const promise = new Promise<number>((done) => (resolve = done));
  return { promise, resolve };
}

/**
 * Counts per producer and consumer, kept after they close. Key-frame requests are counted as they happen; packets are
 * sampled, so that what a closed one sent is known to within half a second.
 */
export class StatsKeeper {
  readonly #producers = new Map<string, { producer: Producer; stats: ProducerStats }>();
  readonly #consumers = new Map<string, { consumer: Consumer; stats: ConsumerStats }>();
  readonly #firstPacket = new Map<string, { promise: Promise<number>; resolve: (unixMs: number) => void }>();
  readonly #timer = setInterval(() => void this.sample(), SAMPLE_EVERY_MS);

  constructor() {
    this.#timer.unref();
  }

  /** Starts counting. The first packet is seen only when this is awaited before the publisher sends. */
  async addProducer(roomId: string, producer: Producer): Promise<void> {
    const stats: ProducerStats = {
      producerId: producer.id,
      roomId,
      peerId: producer.appData.peerId,
      kind: producer.kind,
      mimeType: producer.rtpParameters.codecs[0]?.mimeType ?? 'unknown',
      paused: producer.paused,
      closed: false,
      plis: 0,
      firs: 0,
      keyFrames: 0,
      packets: 0,
      bytes: 0,
      firstPacketAt: null,
    };
    this.#producers.set(producer.id, { producer, stats });
    const first = deferred();
    this.#firstPacket.set(producer.id, first);
    producer.on('trace', (trace) => {
      if (trace.type === 'pli') stats.plis += 1;
      else if (trace.type === 'fir') stats.firs += 1;
      else if (trace.type === 'keyframe') stats.keyFrames += 1;
      if ((trace.type === 'rtp' || trace.type === 'keyframe') && stats.firstPacketAt === null) {
        stats.firstPacketAt = Date.now();
        first.resolve(stats.firstPacketAt);
        // A trace event per packet is only wanted until the first one.
        producer.enableTraceEvent(['keyframe', 'pli', 'fir']).catch(() => undefined);
      }
    });
    producer.observer.on('close', () => (stats.closed = true));
    await producer.enableTraceEvent(['rtp', 'keyframe', 'pli', 'fir']);
  }

  async addConsumer(roomId: string, peerId: string, consumer: Consumer, producer: Producer): Promise<void> {
    const stats: ConsumerStats = {
      consumerId: consumer.id,
      producerId: producer.id,
      roomId,
      peerId,
      producerPeerId: producer.appData.peerId,
      kind: consumer.kind,
      closed: false,
      paused: consumer.paused,
      keyFrameRequests: 0,
      plis: 0,
      firs: 0,
      nacks: 0,
      packets: 0,
      bytes: 0,
      packetsLost: 0,
      packetsRetransmitted: 0,
    };
    this.#consumers.set(consumer.id, { consumer, stats });
    consumer.on('trace', (trace) => {
      if (trace.type === 'pli') stats.plis += 1;
      else if (trace.type === 'fir') stats.firs += 1;
    });
    consumer.observer.on('close', () => (stats.closed = true));
    await consumer.enableTraceEvent(['pli', 'fir']);
  }

  keyFrameRequested(consumerId: string): void {
    const entry = this.#consumers.get(consumerId);
    if (entry) entry.stats.keyFrameRequests += 1;
  }

  /** Every consumer of a producer sends this layer from now on, if it can. */
  async preferLayer(producerId: string, spatialLayer: number): Promise<void> {
    for (const { consumer } of this.#consumers.values()) {
      if (consumer.producerId === producerId && !consumer.closed) await consumer.setPreferredLayers({ spatialLayer });
    }
  }

  producer(producerId: string): Producer {
    const entry = this.#producers.get(producerId);
    if (!entry) throw new Error(`no producer "${producerId}"`);
    return entry.producer;
  }

  /** Unix milliseconds at which the SFU got the producer's first RTP packet; waits for it. */
  firstPacketAt(producerId: string): Promise<number> {
    const first = this.#firstPacket.get(producerId);
    if (!first) throw new Error(`no producer "${producerId}"`);
    return first.promise;
  }

  async sample(): Promise<void> {
    const sampleProducer = async ({ producer, stats }: { producer: Producer; stats: ProducerStats }): Promise<void> => {
      stats.paused = producer.paused;
      const streams = await producer.getStats();
      stats.packets = streams.reduce((sum, stream) => sum + stream.packetCount, 0);
      stats.bytes = streams.reduce((sum, stream) => sum + stream.byteCount, 0);
    };
    const sampleConsumer = async ({ consumer, stats }: { consumer: Consumer; stats: ConsumerStats }): Promise<void> => {
      stats.paused = consumer.paused;
      const sent = (await consumer.getStats()).find((stream) => stream.type === 'outbound-rtp');
      if (!sent) return;
      stats.packets = sent.packetCount;
      stats.bytes = sent.byteCount;
      stats.nacks = sent.nackCount;
      stats.packetsLost = sent.packetsLost;
      stats.packetsRetransmitted = sent.packetsRetransmitted;
    };
    // One that closes (or whose worker dies) while it is asked keeps its last numbers.
    await Promise.allSettled([
      ...[...this.#producers.values()].filter(({ stats }) => !stats.closed).map(sampleProducer),
      ...[...this.#consumers.values()].filter(({ stats }) => !stats.closed).map(sampleConsumer),
    ]);
  }

  async read(): Promise<SfuStats> {
    await this.sample();
    return {
      producers: [...this.#producers.values()].map(({ stats }) => ({ ...stats })),
      consumers: [...this.#consumers.values()].map(({ stats }) => ({ ...stats })),
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
