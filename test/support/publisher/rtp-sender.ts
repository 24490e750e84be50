/**
 * The sending process of `rtp-publisher.ts`: many RTP streams from few clips that are read once, on one timer and two
 * sockets, so that fifty publishers cost less than the recorder that is measured.
 */
import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { loadFrames, VP8_PICTURE_ID_AT, type ClipFrame } from './rtp-clip.ts';
import { BEEP_MS } from './pattern.ts';
import type { FromSender, RtpCounts, RtpStream, ToSender } from './rtp-messages.ts';

const TICK_MS = 4;
const REPORT_MS = 2000;
/** Opus with discontinuous transmission still sends this often (RFC 6716 2.1.9). */
const DTX_MS = 400;

interface Running {
  stream: RtpStream;
  frames: ClipFrame[];
  next: number;
  /** Media time at which the clip began the last time. */
  loopStartMs: number;
  firstTimestamp: number;
  sequence: number;
  sending: boolean;
  lastDtxMs: number;
  rewind: boolean;
  counts: RtpCounts;
  octets: number;
}

const clips = new Map<string, Promise<ClipFrame[]>>();
const running = new Map<string, Running>();
const bySsrc = new Map<number, Running>();
const rtp = createSocket('udp4');
const rtcp = createSocket('udp4');
let worstLateMs = 0;
const tell = (message: FromSender): void => void process.send?.(message);
const nowMs = (): number => performance.timeOrigin + performance.now();

async function start(streams: readonly RtpStream[]): Promise<void> {
  const loaded = await Promise.all(
    streams.map(async (stream) => {
      const key = `${stream.kind} ${stream.clip}`;
      const frames = clips.get(key) ?? loadFrames(stream.clip, stream.kind, stream.codec);
      clips.set(key, frames);
      // Encoders fill up the last second; what is beyond the loop is its beginning again.
      return { stream, frames: (await frames).filter(({ timeMs }) => timeMs < stream.loopMs) };
    }),
  );
  const startedAt = nowMs() + 20;
  for (const { stream, frames } of loaded) {
    const entry: Running = {
      stream,
      frames,
      next: 0,
      loopStartMs: 0,
      firstTimestamp: stream.firstTimestamp ?? randomInt(2 ** 32 - 1),
      sequence: randomInt(2 ** 16),
      sending: true,
      lastDtxMs: -Infinity,
      rewind: false,
      counts: { id: stream.id, frames: 0, packets: 0, keyFrameRequests: 0, startedAt },
      octets: 0,
    };
    running.set(stream.id, entry);
    bySsrc.set(stream.ssrc, entry);
    report(entry);
  }
  tell({ type: 'started' });
}

/** How far a stream's own clock has come. */
const mediaMs = ({ stream, counts }: Running, atMs: number): number =>
  (atMs - (counts.startedAt ?? atMs)) * (1 + stream.clockPpm * 1e-6);

const timestamp = ({ stream, firstTimestamp }: Running, ms: number): number =>
  (firstTimestamp + Math.round((ms * stream.clockRate) / 1000)) % 2 ** 32;

function tick(): void {
  const now = nowMs();
  for (const entry of running.values()) {
    const due = mediaMs(entry, now);
    for (;;) {
      const frame = entry.frames[entry.next];
      const timeMs = frame && entry.loopStartMs + frame.timeMs;
      if (!frame || timeMs === undefined || timeMs > due) break;
      worstLateMs = Math.max(worstLateMs, due - timeMs);
      const from = entry.rewind ? entry.frames[0] : frame;
      if (entry.rewind) {
        entry.rewind = false;
        entry.next = 0;
        entry.loopStartMs = timeMs - (entry.frames[0]?.timeMs ?? 0);
      }
      if (from) sendFrame(entry, from, timeMs);
      entry.next += 1;
      if (entry.next >= entry.frames.length) {
        entry.next = 0;
        entry.loopStartMs += entry.stream.loopMs;
      }
    }
  }
}

function sendFrame(entry: Running, frame: ClipFrame, timeMs: number): void {
  const { stream, counts } = entry;
  if (!entry.sending || (stream.dtx && isSilent(entry, frame, timeMs))) return;
  const time = timestamp(entry, timeMs);
  frame.payloads.forEach((payload, i) => {
    const packet = Buffer.allocUnsafe(12 + payload.length);
    const marker = stream.kind === 'video' && i === frame.payloads.length - 1;
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | stream.payloadType;
    packet.writeUInt16BE(entry.sequence, 2);
    packet.writeUInt32BE(time, 4);
    packet.writeUInt32BE(stream.ssrc, 8);
    packet.set(payload, 12);
    if (stream.kind === 'video' && stream.codec === 'vp8') {
      packet.writeUInt16BE(0x8000 | (counts.frames & 0x7fff), 12 + VP8_PICTURE_ID_AT);
    }
    entry.sequence = (entry.sequence + 1) & 0xffff;
    entry.octets += payload.length;
    rtp.send(packet, stream.port, stream.host);
  });
  counts.frames += 1;
  counts.packets += frame.payloads.length;
}

/** Whether this packet is left out: the beep and what an encoder still sends after it are kept. */
function isSilent(entry: Running, frame: ClipFrame, timeMs: number): boolean {
  const inSecond = frame.timeMs % 1000;
  if (inSecond < BEEP_MS + 60 || inSecond > 960 || timeMs - entry.lastDtxMs >= DTX_MS) {
    entry.lastDtxMs = timeMs;
    return false;
  }
  return true;
}

/** A sender report (RFC 3550 6.4.1), by which the SFU also learns where its feedback goes. */
function report(entry: Running): void {
  const { stream, counts } = entry;
  const now = nowMs();
  const packet = Buffer.alloc(28);
  packet[0] = 0x80;
  packet[1] = 200;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(stream.ssrc, 4);
  const ntpS = now / 1000 + 2_208_988_800;
  packet.writeUInt32BE(Math.floor(ntpS), 8);
  packet.writeUInt32BE(Math.floor((ntpS % 1) * 2 ** 32), 12);
  packet.writeUInt32BE(timestamp(entry, Math.max(0, mediaMs(entry, now))), 16);
  packet.writeUInt32BE(counts.packets, 20);
  packet.writeUInt32BE(entry.octets % 2 ** 32, 24);
  rtcp.send(packet, stream.rtcpPort, stream.host);
}

/** Counts (and answers) PLI and FIR in a compound RTCP packet (RFC 4585 6.3.1, RFC 5104 4.3.1). */
rtcp.on('message', (packet) => {
  for (let at = 0; at + 12 <= packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
    const format = packet.readUInt8(at) & 0x1f;
    if (packet.readUInt8(at + 1) !== 206 || (format !== 1 && format !== 4)) continue;
    const ssrc = packet.readUInt32BE(at + (format === 4 && at + 16 <= packet.length ? 12 : 8));
    const entry = bySsrc.get(ssrc);
    if (!entry) continue;
    entry.counts.keyFrameRequests += 1;
    if (entry.stream.answersKeyFrameRequests) entry.rewind = true;
  }
});

process.on('message', (message: ToSender) => {
  switch (message.type) {
    case 'start':
      void start(message.streams);
      return;
    case 'send': {
      const entry = running.get(message.id);
      if (entry) entry.sending = message.on;
      return;
    }
    case 'stop': {
      const entry = running.get(message.id);
      running.delete(message.id);
      if (entry) bySsrc.delete(entry.stream.ssrc);
      return;
    }
    case 'counts':
      tell({ type: 'counts', streams: [...running.values()].map(({ counts }) => ({ ...counts })), worstLateMs });
      worstLateMs = 0;
  }
});
// The process that started it is gone: nobody wants the packets any more.
process.on('disconnect', () => process.exit(0));
rtp.bind(0, () => rtp.setSendBufferSize(4_000_000));
rtcp.bind(0);
setInterval(tick, TICK_MS);
setInterval(() => running.forEach(report), REPORT_MS);
tell({ type: 'ready' });
