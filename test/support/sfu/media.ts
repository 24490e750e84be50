import type { types } from 'mediasoup';

/** The router codecs of mediasoup-demo's example configuration. */
export const MEDIA_CODECS: types.RtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, parameters: { 'x-google-start-bitrate': 1000 } },
  {
    kind: 'video',
    mimeType: 'video/VP9',
    clockRate: 90000,
    parameters: { 'profile-id': 2, 'x-google-start-bitrate': 1000 },
  },
  ...['4d0032', '42e01f'].map((profile): types.RtpCodecCapability => ({
    kind: 'video',
    mimeType: 'video/h264',
    clockRate: 90000,
    parameters: {
      'packetization-mode': 1,
      'profile-level-id': profile,
      'level-asymmetry-allowed': 1,
      'x-google-start-bitrate': 1000,
    },
  })),
];

/** `peerId` and `source` (modern) or `share` (classic) of a producer. */
export type ProducerAppData = types.AppData & { peerId: string };
export type Producer = types.Producer<ProducerAppData>;
export type Consumer = types.Consumer;
export type TransportDirection = 'producer' | 'consumer';
export type WebRtcTransport = types.WebRtcTransport<{ direction: TransportDirection }>;
