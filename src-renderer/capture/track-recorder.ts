import type { ClockSample, TrackStats } from '../../src-main/contract/capture.ts';
import { H264, splitAnnexB, toLengthPrefixed, type NalCodec } from './annexb.ts';
import { PictureBuilder } from './picture-builder.ts';
import { PictureAssembler } from './layers.ts';
import { ClockSampler, RtpUnwrapper } from './clock.ts';
import { DamageDetector, type Damage } from './damage.ts';
import { linearSamples } from './g711.ts';
import { GapDetector, type Gap } from './gaps.ts';
import { H265 } from './hevc.ts';
import { opusDurationMs } from './opus.ts';
import type { Outbox } from './outbox.ts';
import { ReorderBuffer, type AudioPacket } from './reorder.ts';
import { TrackFile, type VideoParameters } from './track-file.ts';
import { VideoOrder, type OrderedFrame } from './video-order.ts';
import { nowMs, type TrackInfo } from './worker-messages.ts';

/** A picture as it came: `data` is ours. */
export interface VideoFrame {
  rtpTimestamp: number;
  key: boolean;
  width: number | null;
  height: number | null;
  data: Uint8Array;
}

interface CompleteFrame extends OrderedFrame {
  frame: VideoFrame;
  /** NAL units, where the codec has them. */
  units: Uint8Array[] | null;
  key: boolean;
}

/** Until a file has two frames, its last frame is taken to last this long. */
const DEFAULT_FRAME_MS = 33;
/** A pause between frames longer than this does not say how long a frame lasts. */
const LONGEST_FRAME_MS = 200;

/** What is seen of a track besides its frames. */
export interface TrackListener {
  resolution(width: number, height: number): void;
  /** A frame came after a time without. */
  gap(gap: Gap): void;
  /** The first frame that is kept; Unix milliseconds. */
  started(arrivalMs: number): void;
  /** Frames could not be decoded for want of one that never came. */
  damaged(damage: Damage): void;
  /** How many frames has its decoder had? Answered by `decoded`. */
  decodedWanted(): void;
}

/** One track on its way from encoded frames to a Matroska file: timestamps, order, numbers. */
export class TrackRecorder {
  readonly info: TrackInfo;
  readonly #outbox: Outbox;
  readonly #rtp: RtpUnwrapper;
  readonly #clock = new ClockSampler();
  readonly #reorder = new ReorderBuffer();
  readonly #order = new VideoOrder<CompleteFrame>();
  readonly #nal: NalCodec | null;
  /** For the codecs whose spatial layers come as frames of their own. */
  readonly #layers: { assembler: PictureAssembler<CompleteFrame>; builder: PictureBuilder } | null;
  readonly #listener: TrackListener;
  readonly #gaps: GapDetector;
  readonly #damage: DamageDetector;
  #file: TrackFile | null = null;
  #firstTicks: number | null = null;
  #lastKeyTicks = -Infinity;
  #lastFileMs = 0;
  #lastDurationMs = 0;
  #stats: TrackStats;
  #refused = 0;
  /** Unix milliseconds of the last frame and key frame, for the key-frame policy. */
  lastFrameAtMs: number | null = null;
  lastKeyFrameAtMs: number | null = null;
  /** Unix milliseconds at which a frame was found to be missing that others need. */
  lossAtMs: number | null = null;

  constructor(info: TrackInfo, outbox: Outbox, listener: TrackListener) {
    this.info = info;
    this.#outbox = outbox;
    this.#rtp = new RtpUnwrapper(info.clockRate);
    this.#listener = listener;
    this.#gaps = new GapDetector(info.source === 'screen');
    this.#damage = new DamageDetector(
      () => listener.decodedWanted(),
      (damage) => listener.damaged(damage),
    );
    this.#nal = NAL_CODECS[info.codec] ?? null;
    const isLayered = info.codec === 'vp9' || info.codec === 'av1';
    this.#layers = isLayered ? { assembler: new PictureAssembler(), builder: new PictureBuilder(info.codec) } : null;
    this.#stats = {
      trackId: info.trackId,
      frames: 0,
      keyFrames: 0,
      bytes: 0,
      lostFrames: 0,
      width: null,
      height: null,
      lastKeyFrameMs: null,
      level: null,
    };
  }

  /** Takes a picture, in whatever order they come. */
  video(frame: VideoFrame): void {
    const arrivalMs = nowMs();
    this.lastFrameAtMs = arrivalMs;
    const units = this.#nal ? splitAnnexB(frame.data) : null;
    const key = units && this.#nal ? this.#nal.isKey(units) : frame.key;
    if (key) this.lastKeyFrameAtMs = arrivalMs;
    if (this.#file) this.#noteGap(arrivalMs);
    const ticks = this.#rtp.unwrap(frame.rtpTimestamp, arrivalMs);
    const late = this.#lateFrames;
    this.#writePictures(this.#order.push({ frame, units, key, ticks, arrivalMs }), arrivalMs);
    const fileMs = this.#fileMs(ticks);
    // What is older than the last key frame is needed by nothing that comes.
    if (this.#lateFrames > late && ticks > this.#lastKeyTicks) this.#damage.late(fileMs, arrivalMs);
    this.#damage.frame(fileMs, key, arrivalMs);
    if (key) this.#lastKeyTicks = Math.max(this.#lastKeyTicks, ticks);
    this.#watchOrder(arrivalMs);
  }

  /** How many frames its decoder has had. */
  decoded(frames: number): void {
    this.#damage.decoded(frames);
  }

  /** A frame that waits for another may wait in vain. */
  #watchOrder(now: number): void {
    const { waiting } = this.#order;
    if (waiting) this.#damage.waiting(this.#fileMs(waiting.ticks), waiting.arrivalMs, now);
    if (this.#damage.damaged) this.lossAtMs = now;
  }

  /** Place in the file, milliseconds. */
  #fileMs(ticks: number): number {
    return ((ticks - (this.#firstTicks ?? ticks)) * 1000) / this.info.clockRate;
  }

  /** Writes what has waited long enough for what did not come. */
  poll(): void {
    const now = nowMs();
    this.#writePictures(this.#order.release(now), now);
    this.#watchOrder(now);
  }

  /** Takes an audio packet, in whatever order they come. */
  audio(rtpTimestamp: number, sequenceNumber: number | null, data: Uint8Array): void {
    const arrivalMs = nowMs();
    this.lastFrameAtMs = arrivalMs;
    const ticks = this.#rtp.unwrap(rtpTimestamp, arrivalMs);
    this.#noteGap(arrivalMs);
    this.#writeAudio(this.#reorder.push({ ticks, sequenceNumber, data, arrivalMs }));
  }

  /** Its sender has paused it, or goes on. */
  setPaused(paused: boolean): void {
    if (paused) this.#rtp.paused();
    this.#gaps.setPaused(paused);
  }

  setLink(up: boolean): void {
    this.#gaps.setLink(up);
  }

  /** Cumulative numbers for the window and the manifest. */
  stats(): TrackStats {
    const lost = this.#reorder.lost + this.#reorder.late + this.#lateFrames + this.#refused;
    const { lastKeyFrameAtMs } = this;
    const lastKeyFrameMs = lastKeyFrameAtMs === null ? null : Math.round(lastKeyFrameAtMs - this.info.epochMs);
    return { ...this.#stats, lostFrames: this.#stats.lostFrames + lost, lastKeyFrameMs };
  }

  /** Ends the file and says so to main; every byte goes before. */
  async close(): Promise<void> {
    this.#writeAudio(this.#reorder.flush());
    this.#writePictures(this.#order.release(Infinity), Infinity);
    const sample = this.#clock.end();
    if (sample) this.#sendClock(sample);
    this.#damage.end(nowMs());
    await this.#file?.close();
    this.#outbox.send({
      type: 'track-closed',
      trackId: this.info.trackId,
      endFileMs: this.#file ? this.#lastFileMs + this.#lastDurationMs : 0,
      stats: this.stats(),
    });
  }

  /** Frames that came too late to be put in their place. */
  get #lateFrames(): number {
    return this.#order.late + (this.#layers?.assembler.late ?? 0);
  }

  /** Puts the layers of each picture together, where the codec has any, and writes what is complete. */
  #writePictures(frames: readonly CompleteFrame[], now: number): void {
    if (!this.#layers) return this.#writeVideo(frames);
    const { assembler, builder } = this.#layers;
    const pictures = assembler.push(frames, now).map((layers): CompleteFrame | null => {
      const [first] = layers;
      return first ? { ...first, ...builder.build(layers) } : null;
    });
    this.#writeVideo(pictures.filter((picture) => picture !== null));
  }

  /** What comes before the first key frame cannot be decoded by anybody and is not kept. */
  #writeVideo(frames: readonly CompleteFrame[]): void {
    for (const { frame, units, key, ticks, arrivalMs } of frames) {
      if (!this.#file) {
        const parameters = key ? this.#videoParameters(frame, units) : null;
        if (!parameters) {
          this.#stats.lostFrames += 1;
          continue;
        }
        this.#open(parameters, arrivalMs);
        this.#noteGap(arrivalMs);
      }
      this.#noteResolution(frame, ticks);
      this.#write(units ? toLengthPrefixed(units) : frame.data, key, ticks, arrivalMs, null);
    }
  }

  #videoParameters(frame: VideoFrame, units: Uint8Array[] | null): VideoParameters | null {
    const size = { width: frame.width || 16, height: frame.height || 16 };
    const { codec } = this.info;
    if (!units) return { kind: 'video', codec, codecString: CODEC_STRINGS[codec] ?? codec, ...size };
    const sets = this.#nal?.parameterSets(units);
    return sets ? { kind: 'video', codec, codecString: sets.codec, description: sets.description, ...size } : null;
  }

  #noteGap(arrivalMs: number): void {
    const gap = this.#gaps.frame(arrivalMs, this.#reorder.missing);
    if (gap) this.#listener.gap(gap);
  }

  #open(parameters: ConstructorParameters<typeof TrackFile>[0], arrivalMs: number): void {
    this.#listener.started(arrivalMs);
    this.#file = new TrackFile(parameters, (position, data) => this.#outbox.append(this.info.trackId, position, data));
  }

  #writeAudio(packets: readonly AudioPacket[]): void {
    const { codec, clockRate, channels } = this.info;
    for (const { data, ticks, arrivalMs } of packets) {
      if (!this.#file) {
        this.#open({ kind: 'audio', codec, sampleRate: clockRate, channels }, arrivalMs);
      }
      const samples = linearSamples(codec, data);
      const durationMs = samples ? (data.length * 1000) / clockRate / channels : opusDurationMs(data);
      this.#write(samples ?? data, true, ticks, arrivalMs, durationMs);
    }
  }

  #write(data: Uint8Array, key: boolean, ticks: number, arrivalMs: number, durationMs: number | null): void {
    this.#firstTicks ??= ticks;
    const fileMs = this.#fileMs(ticks);
    if (fileMs < 0) {
      this.#refused += 1;
      return;
    }
    const step = fileMs - this.#lastFileMs;
    if (durationMs !== null) this.#lastDurationMs = durationMs;
    else if (step > 0 && step <= LONGEST_FRAME_MS) this.#lastDurationMs = step;
    else if (this.#lastDurationMs === 0) this.#lastDurationMs = DEFAULT_FRAME_MS;
    this.#lastFileMs = Math.max(this.#lastFileMs, fileMs);

    const sample = this.#clock.add(fileMs, arrivalMs - this.info.epochMs);
    if (sample) this.#sendClock(sample);
    this.#stats.frames += 1;
    if (key && this.info.kind === 'video') this.#stats.keyFrames += 1;
    this.#stats.bytes += data.length;
    this.#file?.add(data, key ? 'key' : 'delta', fileMs).catch((error: unknown) => {
      this.#refused += 1;
      console.warn(`track ${this.info.trackId}: a frame at ${fileMs} ms was refused by the muxer`, error);
    });
  }

  #noteResolution({ width, height }: VideoFrame, ticks: number): void {
    if (!width || !height || (width === this.#stats.width && height === this.#stats.height)) return;
    const sample = this.#stats.width === null ? null : this.#clock.switch(this.#fileMs(ticks));
    if (sample) this.#sendClock(sample);
    this.#stats.width = width;
    this.#stats.height = height;
    this.#listener.resolution(width, height);
  }

  #sendClock(sample: ClockSample): void {
    this.#outbox.send({ type: 'clock', trackId: this.info.trackId, sample });
  }
}

/** Codec strings where the stream does not tell its own: profile 0, 8 bits, level 3.1 or its like. */
const CODEC_STRINGS: Readonly<Record<string, string>> = { vp8: 'vp8', vp9: 'vp09.00.31.08', av1: 'av01.0.05M.08' };
const NAL_CODECS: Readonly<Record<string, NalCodec>> = { h264: H264, h265: H265 };
