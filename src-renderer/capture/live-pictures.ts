import { decodedFrames } from './track-processor.ts';

/** Pictures a second, over all tracks that somebody sees, and of one: enough to see who is there, little beside the call. */
const A_SECOND = 30;
const A_SECOND_OF_ONE = 10;
/** What a person's tile is wide at most, and what a shared screen is, where there is text to read. */
const WIDTH = { camera: 400, screen: 960 };
const QUALITY = 0.7;
/** The placation frame's size: what the decoder is given where nobody looks. */
const PLACATION_SIZE = 16;

export interface LivePicturesHost {
  /** What a video track comes from; null where there is none. */
  sourceOf(trackId: string): { receiver: RTCRtpReceiver; source: 'camera' | 'screen' } | null;
  send(trackId: string, jpeg: Uint8Array): void;
}

/** Small pictures of the video tracks that somebody sees now, from their decoders. */
export class LivePictures {
  readonly #host: LivePicturesHost;
  readonly #shown = new Map<string, AbortController>();

  constructor(host: LivePicturesHost) {
    this.#host = host;
  }

  /** From now on pictures of these tracks, and of no other. */
  watch(trackIds: readonly string[]): void {
    for (const [trackId, abort] of this.#shown) if (!trackIds.includes(trackId)) abort.abort();
    for (const trackId of trackIds) {
      const from = this.#host.sourceOf(trackId);
      if (!from || this.#shown.has(trackId)) continue;
      const abort = new AbortController();
      this.#shown.set(trackId, abort);
      this.#show(trackId, from.receiver.track, WIDTH[from.source], abort.signal)
        .catch((error: unknown) => console.warn(`no more pictures of track ${trackId}`, error))
        .finally(() => this.#shown.delete(trackId));
    }
  }

  /** Until `signal`, or until the track is over. */
  async #show(trackId: string, track: MediaStreamTrack, maxWidth: number, signal: AbortSignal): Promise<void> {
    const reader = decodedFrames<VideoFrame>(track);
    signal.addEventListener('abort', () => void reader.cancel());
    const canvas = new OffscreenCanvas(1, 1);
    while (!signal.aborted) {
      const { value: frame } = await reader.read();
      if (!frame) return;
      const beganMs = performance.now();
      const jpeg = await toJpeg(frame, canvas, maxWidth).finally(() => frame.close());
      if (jpeg && !signal.aborted) this.#host.send(trackId, jpeg);
      const intervalMs = 1000 / Math.min(A_SECOND_OF_ONE, A_SECOND / this.#shown.size);
      await new Promise((resolve) => setTimeout(resolve, intervalMs - (performance.now() - beganMs)));
    }
  }
}

/** Null for a placation frame. */
async function toJpeg(frame: VideoFrame, canvas: OffscreenCanvas, maxWidth: number): Promise<Uint8Array | null> {
  const { displayWidth, displayHeight } = frame;
  if (displayWidth <= PLACATION_SIZE && displayHeight <= PLACATION_SIZE) return null;
  const scale = Math.min(1, maxWidth / displayWidth);
  const [width, height] = [displayWidth, displayHeight].map((size) => Math.max(1, Math.round(size * scale)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(frame, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  return new Uint8Array(await blob.arrayBuffer());
}
