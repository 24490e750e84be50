import { decodedFrames } from './track-processor.ts';
import { nowMs, type ToWorker, type TrackInfo } from './worker-messages.ts';

/** What MediaRecorder makes of a track that cannot be kept as it comes; the codec is what the session calls the track. */
const RECORDED_AS = {
  audio: { codec: 'opus', clockRate: 48_000, mimeType: 'audio/webm;codecs=opus' },
  video: { codec: 'vp8', clockRate: 90_000, mimeType: 'video/webm;codecs=vp8' },
} as const;
/** How often it hands out what it has: that much is lost with the page. */
const SLICE_MS = 250;
const STATS_MS = 1000;

/** How a track is kept whose codec Matroska has no place for, or that is not known here: decoded and encoded again. */
export const recordedAs = (kind: TrackInfo['kind']): { codec: string; clockRate: number } => RECORDED_AS[kind];

/** One track on its way through a decoder and a MediaRecorder into its file. */
class Reencoder {
  readonly #info: TrackInfo;
  readonly #receiver: RTCRtpReceiver;
  readonly #toWorker: (message: ToWorker) => void;
  readonly #recorder: MediaRecorder;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Remote sound is decoded only where somebody plays it; this plays it silently. */
  readonly #player: HTMLAudioElement | null;
  /** Blobs are read one after the other. */
  #tail: Promise<void> = Promise.resolve();
  readonly #stopped: Promise<void>;

  constructor(info: TrackInfo, receiver: RTCRtpReceiver, toWorker: (message: ToWorker) => void) {
    this.#info = info;
    this.#receiver = receiver;
    this.#toWorker = toWorker;
    const stream = new MediaStream([receiver.track]);
    this.#player = info.kind === 'audio' ? playSilently(stream) : null;
    this.#recorder = new MediaRecorder(stream, { mimeType: RECORDED_AS[info.kind].mimeType });
    let startedAtMs = nowMs();
    let isFirst = true;
    if (info.kind === 'audio') {
      firstSoundMs(receiver.track)
        .then((atMs) => (startedAtMs = atMs))
        .catch((error: unknown) => console.warn('where the sound of a track begins is a guess', error));
    } else if (receiver.track.muted) {
      receiver.track.addEventListener('unmute', () => (startedAtMs = nowMs()), { once: true });
    }
    this.#recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      this.#tail = this.#tail.then(async () => {
        const bytes = new Uint8Array(await data.arrayBuffer());
        if (isFirst) this.#sendClock(startedAtMs - (info.kind === 'audio' ? await this.#waitingMs() : 0));
        isFirst = false;
        this.#toWorker({ type: 'recorded', trackId: info.trackId, epochMs: info.epochMs, data: bytes });
      });
    };
    this.#stopped = new Promise((resolve) => (this.#recorder.onstop = () => resolve()));
    this.#recorder.start(SLICE_MS);
    this.#timer = setInterval(() => void this.#sendStats(), STATS_MS);
  }

  /** Resolves when the last byte was handed on. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    // It ends by itself with its track, as when the consumer was closed.
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    await this.#stopped;
    await this.#tail;
    if (this.#player) this.#player.srcObject = null;
    this.#toWorker({ type: 'recorded-end', trackId: this.#info.trackId });
  }

  /** The file's time 0 is what arrived at that time. */
  #sendClock(arrivedAtMs: number): void {
    const sample = { fileMs: 0, arrivalMs: arrivedAtMs - this.#info.epochMs };
    this.#toWorker({ type: 'forward', message: { type: 'clock', trackId: this.#info.trackId, sample } });
  }

  async #sendStats(): Promise<void> {
    const { packetsReceived = 0, framesDecoded, packetsLost = 0 } = await this.#inbound();
    this.#toWorker({
      type: 'recorded-stats',
      trackId: this.#info.trackId,
      frames: framesDecoded ?? packetsReceived,
      lostFrames: Math.max(0, packetsLost),
    });
  }

  /** How long sound waits in the jitter buffer before it is decoded, by the receiver's own count. */
  async #waitingMs(): Promise<number> {
    const { jitterBufferDelay = 0, jitterBufferEmittedCount = 0 } = await this.#inbound();
    return jitterBufferEmittedCount > 0 ? (jitterBufferDelay / jitterBufferEmittedCount) * 1000 : 0;
  }

  async #inbound(): Promise<Partial<RTCInboundRtpStreamStats>> {
    const report = await this.#receiver.getStats().catch(() => null);
    for (const stats of report?.values() ?? []) {
      if ((stats as RTCStats).type === 'inbound-rtp') return stats as RTCInboundRtpStreamStats;
    }
    return {};
  }
}

/** When the first sound of a track begins, which is the recorder's too: neither the wish to record nor `unmute` says it. */
async function firstSoundMs(track: MediaStreamTrack): Promise<number> {
  const reader = decodedFrames<AudioData>(track);
  const { value } = await reader.read();
  const endMs = nowMs();
  const lengthMs = (value?.duration ?? 0) / 1000;
  value?.close();
  await reader.cancel();
  return endMs - lengthMs;
}

function playSilently(stream: MediaStream): HTMLAudioElement {
  const player = document.createElement('audio');
  player.volume = 0;
  player.srcObject = stream;
  player.play().catch((error: unknown) => console.warn('a track is not decoded', error));
  return player;
}

/** The tracks that are encoded again, by their ids. */
export class Reencoders {
  readonly #toWorker: (message: ToWorker) => void;
  readonly #running = new Map<string, Reencoder>();
  readonly #ending = new Set<Promise<void>>();

  constructor(toWorker: (message: ToWorker) => void) {
    this.#toWorker = toWorker;
  }

  /** Throws where there is no recorder for it. */
  begin(info: TrackInfo, receiver: RTCRtpReceiver): void {
    this.#running.set(info.trackId, new Reencoder(info, receiver, this.#toWorker));
  }

  end(trackId: string): void {
    const reencoder = this.#running.get(trackId);
    if (!reencoder) return;
    this.#running.delete(trackId);
    const ended = reencoder
      .stop()
      .catch((error: unknown) => console.error(`track ${trackId} could not be ended`, error))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** Resolves when every file that was ended is complete. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending);
  }
}
