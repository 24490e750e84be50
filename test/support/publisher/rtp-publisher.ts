import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clipOptions, PAYLOAD_TYPES, register, unregister, type PublisherOptions } from '../publisher.ts';
import type { Sfu } from '../sfu.ts';
import { makeClip } from './clip.ts';
import type { FromSender, RtpCounts, RtpStream, ToSender } from './rtp-messages.ts';

const require = createRequire(import.meta.url);

export interface RtpPublisherOptions extends PublisherOptions {
  /** How much faster than real time the sound's, the picture's clock runs, in millionths. */
  clockPpm?: { audio?: number; video?: number };
  /** RTP timestamp of the first packet: 2 ** 32 - N makes it wrap after N ticks. Random where not given. */
  firstTimestamp?: { audio?: number; video?: number };
  /** Simulcast: smaller pictures that are sent as well, the smallest first. */
  simulcast?: { width: number; height: number }[];
  /** Silence is not sent, as Opus does with discontinuous transmission. */
  dtx?: boolean;
  /** A key-frame request is answered with the clip's beginning: the picture then leaves its pattern of seconds. */
  answersKeyFrameRequests?: boolean;
}

/** One peer of an `RtpSender`. */
export interface RtpPublisher {
  peerId: string;
  producerIds: { audio: string | null; video: string | null };
  /** Unix milliseconds of the clip's time 0. */
  startedAt: number;
  /** Its packets leave, or do not; its clocks go on all the same. */
  send(kind: 'audio' | 'video', on: boolean): void;
  stop(): Promise<void>;
}

/** What was sent, by peer and kind. */
export type SentCounts = RtpCounts & { peerId: string; kind: 'audio' | 'video' };

/**
 * Publishers that are cheap enough to be many, and whose clocks are at the test's command: clips that are encoded once
 * are looped as RTP by one process. The loop is seamless where `durationS` is whole.
 */
export interface RtpSender {
  /** @param ready is awaited when all are announced, before the first packet. */
  publish(
    sfu: Sfu,
    roomId: string,
    options: RtpPublisherOptions[],
    ready?: () => Promise<void>,
  ): Promise<RtpPublisher[]>;
  counts(): Promise<{ streams: SentCounts[]; worstLateMs: number }>;
  close(): void;
}

export async function startRtpSender(): Promise<RtpSender> {
  const child = fork(join(import.meta.dirname, 'rtp-sender.ts'), {
    execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href],
  });
  const owners = new Map<string, { peerId: string; kind: 'audio' | 'video' }>();
  const tell = (message: ToSender): void => void child.send(message);
  const answer = <T extends FromSender['type']>(type: T): Promise<Extract<FromSender, { type: T }>> =>
    new Promise((resolve, reject) => {
      const onMessage = (message: FromSender): void => {
        if (message.type !== type) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(message as Extract<FromSender, { type: T }>);
      };
      const onExit = (): void => reject(new Error('the RTP sender ended'));
      child.on('message', onMessage);
      child.once('exit', onExit);
    });
  await answer('ready');
  /** One question after the other: an answer does not say whose it is. */
  let asked: Promise<unknown> = Promise.resolve();
  const ask = <T extends FromSender['type']>(message: ToSender, type: T): Promise<Extract<FromSender, { type: T }>> => {
    const answered = asked.then(() => {
      tell(message);
      return answer(type);
    });
    asked = answered.catch(() => undefined);
    return answered;
  };

  const counts: RtpSender['counts'] = async () => {
    const { streams, worstLateMs } = await ask({ type: 'counts' }, 'counts');
    return {
      worstLateMs,
      streams: streams.flatMap((stream) => {
        const owner = owners.get(stream.id);
        return owner ? [{ ...stream, ...owner }] : [];
      }),
    };
  };

  return {
    counts,
    close: () => child.kill('SIGKILL'),
    publish: async (sfu, roomId, list, ready) => {
      const streams: RtpStream[] = [];
      const publishers: Omit<RtpPublisher, 'startedAt'>[] = [];
      for (const [i, options] of list.entries()) {
        const streamIds: string[] = [];
        const peerId = options.peerId ?? `rtp-${roomId}-${i}`;
        const kinds = (['audio', 'video'] as const).filter((kind) => options[kind] ?? true);
        const { targets, ownsPeer } = await register(
          ...([sfu, roomId, peerId, options, kinds, 1 + (options.simulcast?.length ?? 0)] as const),
        );
        const producerOf = (kind: 'audio' | 'video'): string | null =>
          targets.find((target) => target.kind === kind)?.producerId ?? null;
        const layers = targets.flatMap(({ ssrcs, ...target }) =>
          ssrcs.map((ssrc, layer) => ({ ...target, ssrc, layer })),
        );
        for (const { kind, port, rtcpPort, ssrc, layer } of layers) {
          const size = kind === 'video' ? options.simulcast?.[layer] : undefined;
          const clip = await makeClip(clipOptions({ ...options, ...size }));
          // The full picture is the stream that is steered and counted.
          const id = size ? `${roomId} ${peerId} ${kind} ${layer}` : `${roomId} ${peerId} ${kind}`;
          if (!size) owners.set(id, { peerId, kind });
          streamIds.push(id);
          streams.push({
            ...{ id, clip, kind, port, rtcpPort, ssrc, host: sfu.host, codec: options.codec },
            payloadType: PAYLOAD_TYPES[kind],
            clockRate: kind === 'audio' ? 48_000 : 90_000,
            loopMs: options.durationS * 1000,
            clockPpm: options.clockPpm?.[kind] ?? 0,
            firstTimestamp: options.firstTimestamp?.[kind] ?? null,
            dtx: kind === 'audio' && (options.dtx ?? false),
            answersKeyFrameRequests: options.answersKeyFrameRequests ?? false,
          });
        }
        const idOf = (kind: string): string => `${roomId} ${peerId} ${kind}`;
        publishers.push({
          peerId,
          producerIds: { audio: producerOf('audio'), video: producerOf('video') },
          send: (kind, on) => tell({ type: 'send', id: idOf(kind), on }),
          stop: async () => {
            for (const id of streamIds) tell({ type: 'stop', id });
            await unregister(sfu, roomId, peerId, targets, ownsPeer);
          },
        });
      }
      await ready?.();
      await ask({ type: 'start', streams }, 'started');
      const { streams: started } = await counts();
      return publishers.map((publisher) => ({
        ...publisher,
        startedAt: started.find(({ peerId }) => peerId === publisher.peerId)?.startedAt ?? NaN,
      }));
    },
  };
}

const CONSUMERS_TIMEOUT_MS = 60_000;

/** Waits until so many consumers of a room receive: what is sent from now on is for them. */
export async function consumersReady(sfu: Sfu, roomId: string, count: number): Promise<void> {
  const until = Date.now() + CONSUMERS_TIMEOUT_MS;
  for (;;) {
    const { consumers } = await sfu.stats();
    const ready = consumers.filter((consumer) => consumer.roomId === roomId && !consumer.paused && !consumer.closed);
    if (ready.length >= count) return;
    if (Date.now() > until) throw new Error(`${ready.length} of ${count} consumers were there after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
