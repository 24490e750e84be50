import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ffmpegBin } from './programs.ts';
import { makeClip, type ClipMotion, type ClipOptions } from './publisher/clip.ts';
import type { Sfu } from './sfu.ts';

export { COLOURS, TONES } from './publisher/pattern.ts';

export interface PublisherOptions {
  name: string;
  peerId?: string;
  /** `#rrggbb`, see COLOURS. */
  colour: string;
  /** The beep's frequency, see TONES. */
  toneHz: number;
  codec: 'vp8' | 'h264';
  width: number;
  height: number;
  fps: number;
  /** Length of the clip; when it is over, sending stops and the peer stays until `stop`. */
  durationS: number;
  audio?: boolean;
  video?: boolean;
  /** Video bits per second. */
  bitrate?: number;
  keyFrameIntervalS?: number;
  motion?: ClipMotion;
  humHz?: number;
  /** The peer itself is announced this long after its media, as servers may do; modern dialect only. */
  announceLateMs?: number;
  /** A screen share: `appData.share` (classic) or the source `screensharing` (modern). */
  share?: boolean;
}

export interface Publisher {
  peerId: string;
  /** Unix milliseconds at which the SFU got the first RTP packet: the clip's time 0, to about 2 ms. */
  startedAt: number;
  /** The same per kind: audio and video leave one ffmpeg, some milliseconds apart. */
  firstPacketAt: { audio: number | null; video: number | null };
  producerIds: { audio: string | null; video: string | null };
  pauseVideo(): Promise<void>;
  resumeVideo(): Promise<void>;
  pauseAudio(): Promise<void>;
  resumeAudio(): Promise<void>;
  /** The camera is switched off: its producer is closed, while ffmpeg's packets go nowhere. */
  closeVideo(): void;
  /** The camera is switched on again: a new producer takes the packets. */
  reopenVideo(): Promise<void>;
  /** Settles when the clip is over (or sending was stopped). */
  ended: Promise<void>;
  /** Stops sending and leaves: the peer goes, or, where another publisher made the peer, only these producers. */
  stop(): Promise<{ stoppedAt: number }>;
}

export const PAYLOAD_TYPES = { audio: 111, video: 101 };

/** ffmpeg hears none of it, but the SFU only makes (and counts) key-frame requests that the producer has signalled. */
const FEEDBACK = {
  audio: [],
  video: [
    { type: 'nack', parameter: 'pli' },
    { type: 'ccm', parameter: 'fir' },
  ],
};

const CODEC_PARAMETERS = {
  vp8: { mimeType: 'video/VP8', parameters: {} },
  h264: {
    mimeType: 'video/H264',
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
} as const;

/** One call of the SFU's HTTP API; the answer's JSON, or {} where it is text. */
async function api(sfu: Sfu, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const send = sfu.certificate ? httpsRequest : httpRequest;
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = {
      method,
      headers: { 'content-type': 'application/json', origin: sfu.httpUrl },
      ...(sfu.certificate ? { ca: sfu.certificate.cert } : {}),
    };
    const request = send(`${sfu.httpUrl}${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
}

export interface Target {
  kind: 'audio' | 'video';
  transportId: string;
  producerId: string;
  port: number;
  rtcpPort: number;
  ssrc: number;
  /** Simulcast: one for each layer, the smallest first; else `ssrc` alone. */
  ssrcs: number[];
}

const rtpParameters = (
  kind: 'audio' | 'video',
  codec: PublisherOptions['codec'],
  ssrcs: number[],
  cname: string,
): object => ({
  codecs: [
    kind === 'audio'
      ? { mimeType: 'audio/opus', clockRate: 48000, channels: 2, parameters: { 'sprop-stereo': 1 } }
      : { ...CODEC_PARAMETERS[codec], clockRate: 90000 },
  ].map((parameters) => ({ ...parameters, payloadType: PAYLOAD_TYPES[kind], rtcpFeedback: FEEDBACK[kind] })),
  encodings: ssrcs.map((ssrc) => ({ ssrc })),
  rtcp: { cname },
});

const peerPath = (roomId: string, peerId: string): string =>
  `/rooms/${encodeURIComponent(roomId)}/broadcasters/${encodeURIComponent(peerId)}`;

/** Makes a producer on a plain transport. @returns its id. */
async function produce(
  sfu: Sfu,
  peer: string,
  transportId: string,
  peerId: string,
  kind: 'audio' | 'video',
  ssrcs: number[],
  options: PublisherOptions,
): Promise<string> {
  const modern = sfu.dialect === 'modern';
  const source = options.share ? 'screensharing' : kind;
  const body = {
    kind,
    rtpParameters: rtpParameters(kind, options.codec, ssrcs, `${peerId}${options.share ? '-share' : ''}`),
    appData: modern ? { source } : { ...(options.share ? { share: true } : {}) },
  };
  const produced = modern
    ? await api(sfu, 'POST', `${peer}/producers`, { transportId, ...body })
    : await api(sfu, 'POST', `${peer}/transports/${transportId}/producers`, body);
  return String(modern ? produced.producerId : produced.id);
}

/** Makes the broadcaster (unless it is there), one plain transport and producer per kind, in the SFU's dialect. */
export async function register(
  sfu: Sfu,
  roomId: string,
  peerId: string,
  options: PublisherOptions,
  kinds: ('audio' | 'video')[],
  videoLayers = 1,
): Promise<{ targets: Target[]; ownsPeer: boolean }> {
  const modern = sfu.dialect === 'modern';
  const room = `/rooms/${encodeURIComponent(roomId)}/broadcasters`;
  const peer = peerPath(roomId, peerId);
  const ownsPeer = !sfu.hasBroadcaster(roomId, peerId);
  if (ownsPeer) {
    const about = { displayName: options.name, device: { name: 'FFmpeg', version: '5' } };
    await api(sfu, 'POST', room, modern ? { peerId, ...about } : { id: peerId, ...about });
  }
  const transports = [];
  for (const kind of kinds) {
    const plain = { type: 'plain', direction: 'producer', comedia: true, rtcpMux: false };
    const created = await api(sfu, 'POST', `${peer}/transports`, plain);
    const id = String(modern ? created.transportId : created.id);
    transports.push({ kind, id, port: Number(created.port), rtcpPort: Number(created.rtcpPort) });
  }
  if (ownsPeer && modern && !options.announceLateMs) await api(sfu, 'POST', `${peer}/join`);
  const targets: Target[] = [];
  for (const { kind, id, port, rtcpPort } of transports) {
    const ssrc = randomInt(1, 2 ** 31 - 1);
    const ssrcs = Array.from({ length: kind === 'video' ? videoLayers : 1 }, (_, layer) => ssrc + layer);
    const producerId = await produce(sfu, peer, id, peerId, kind, ssrcs, options);
    targets.push({ kind, transportId: id, producerId, port, rtcpPort, ssrc, ssrcs });
  }
  if (ownsPeer && modern && options.announceLateMs) {
    setTimeout(() => void api(sfu, 'POST', `${peer}/join`), options.announceLateMs);
  }
  return { targets, ownsPeer };
}

function send(sfu: Sfu, clip: string, targets: Target[]): ChildProcess {
  const outputs = targets.flatMap(({ kind, port, rtcpPort, ssrc }) => [
    ...['-map', kind === 'video' ? '0:v:0' : '0:a:0', '-c', 'copy'],
    ...['-f', 'rtp', '-ssrc', String(ssrc), '-payload_type', String(PAYLOAD_TYPES[kind])],
    `rtp://${sfu.host}:${port}?rtcpport=${rtcpPort}&pkt_size=1200`,
  ]);
  return spawn(ffmpegBin(), ['-v', 'error', '-nostdin', '-re', '-i', clip, ...outputs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Makes the clip (once), registers a peer and streams to it in real time. Answers when the first packets have arrived. */
export async function startPublisher(sfu: Sfu, roomId: string, options: PublisherOptions): Promise<Publisher> {
  const clip = await makeClip(clipOptions(options));
  const peerId = options.peerId ?? randomUUID();
  const kinds = (['audio', 'video'] as const).filter((kind) => options[kind] ?? true);
  const { targets, ownsPeer } = await register(sfu, roomId, peerId, options, kinds);
  const ffmpeg = send(sfu, clip, targets);
  const exited = new Promise<number | null>((resolve) => ffmpeg.once('exit', resolve));
  const producerId = (kind: 'audio' | 'video'): string | null =>
    targets.find((target) => target.kind === kind)?.producerId ?? null;
  const firstPacket = async (kind: 'audio' | 'video'): Promise<number | null> => {
    const id = producerId(kind);
    return id === null ? null : sfu.firstPacketAt(id);
  };
  const started = await Promise.race([Promise.all(kinds.map(firstPacket)), exited.then(() => null)]);
  if (!started) throw new Error(`ffmpeg ended before the SFU got a packet of "${options.name}"`);
  const firstPacketAt = { audio: await firstPacket('audio'), video: await firstPacket('video') };

  const change = async (kind: 'audio' | 'video', what: 'pauseProducer' | 'resumeProducer'): Promise<void> => {
    const id = producerId(kind);
    if (id === null) throw new Error(`"${options.name}" sends no ${kind}`);
    await sfu[what](id);
  };
  return {
    peerId,
    startedAt: Math.min(...started.filter((at) => at !== null)),
    firstPacketAt,
    producerIds: { audio: producerId('audio'), video: producerId('video') },
    pauseVideo: () => change('video', 'pauseProducer'),
    resumeVideo: () => change('video', 'resumeProducer'),
    pauseAudio: () => change('audio', 'pauseProducer'),
    resumeAudio: () => change('audio', 'resumeProducer'),
    closeVideo: () => {
      const id = producerId('video');
      if (id !== null) sfu.closeProducer(id);
    },
    reopenVideo: async () => {
      const target = targets.find(({ kind }) => kind === 'video');
      if (!target) throw new Error(`"${options.name}" sends no video`);
      const { transportId, ssrcs } = target;
      target.producerId = await produce(sfu, peerPath(roomId, peerId), transportId, peerId, 'video', ssrcs, options);
    },
    ended: exited.then(() => undefined),
    stop: async () => {
      ffmpeg.kill('SIGKILL');
      const stoppedAt = Date.now();
      await exited;
      await unregister(sfu, roomId, peerId, targets, ownsPeer);
      return { stoppedAt };
    },
  };
}

/** Takes back what `register` made. */
export async function unregister(
  sfu: Sfu,
  roomId: string,
  peerId: string,
  targets: readonly Target[],
  ownsPeer: boolean,
): Promise<void> {
  if (sfu.closed()) return;
  if (ownsPeer) await api(sfu, 'DELETE', peerPath(roomId, peerId));
  else for (const { producerId } of targets) sfu.closeProducer(producerId);
}

/** The clip that `startPublisher` streams: for making it ahead of time, or for checks that need its file. */
export const clipOptions = (options: PublisherOptions): ClipOptions => ({
  name: options.name,
  colour: options.colour,
  toneHz: options.toneHz,
  codec: options.codec,
  width: options.width,
  height: options.height,
  fps: options.fps,
  durationS: options.durationS,
  audio: options.audio ?? true,
  video: options.video ?? true,
  bitrate: options.bitrate ?? 1_500_000,
  keyFrameIntervalS: options.keyFrameIntervalS ?? 1,
  motion: options.motion ?? 'testsrc',
  humHz: options.humHz ?? null,
});
