/** Opus packets (RFC 6716). One sample is 1/48,000 s throughout. */

export const OPUS_RATE = 48_000;

/**
 * Delay of libopus at 48 kHz, as every WebRTC sender has it: decoded sound comes 6.5 ms after the input that the RTP
 * timestamp stands for. A file made by an encoder says so as pre-skip; RTP carries no pre-skip, so it is taken off here.
 */
export const OPUS_DELAY_SAMPLES = 312;

/** Frame sizes of the 32 configurations of the TOC byte (RFC 6716, 3.1), in samples. */
const FRAME_SAMPLES: readonly number[] = [
  ...[480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880],
  ...[480, 960, 480, 960],
  ...[120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960],
];
/** 120 ms: no valid packet is longer. */
const MAX_PACKET_SAMPLES = 5760;

/** Samples in a packet, 0 for one that no decoder would take. */
export function opusPacketSamples(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const frame = FRAME_SAMPLES[toc >> 3] ?? 0;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = frame * frames;
  return samples <= MAX_PACKET_SAMPLES ? samples : 0;
}

/** 2.5 ms of digital silence: CELT-only, full band, one frame. */
export const OPUS_SILENCE = { data: Uint8Array.of(0xe0, 0xff, 0xfe), samples: 120 };
