import type { AudioCodec, VideoCodec } from 'mediabunny';
import type { MediaKind } from '../../src-main/contract/timeline.ts';

/** Codec names of WebRTC as mediabunny has them; what is not here cannot be put into Matroska by it. */
export const VIDEO_CODECS: Readonly<Record<string, VideoCodec>> = {
  vp8: 'vp8',
  vp9: 'vp9',
  h264: 'avc',
  h265: 'hevc',
  av1: 'av1',
};
/** G.711 is kept as the samples that its codes stand for (`g711.ts`). */
export const AUDIO_CODECS: Readonly<Record<string, AudioCodec>> = { opus: 'opus', pcmu: 'pcm-s16', pcma: 'pcm-s16' };

/** Whether frames of a codec can be kept as they come. */
export const canRecord = (kind: MediaKind, codec: string): boolean =>
  Object.hasOwn(kind === 'video' ? VIDEO_CODECS : AUDIO_CODECS, codec);
