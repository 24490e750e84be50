/// <reference lib="webworker" />
import type { SpanReason } from '../../src-main/contract/timeline.ts';
import type { CaptureCommand, CaptureMessage } from '../../src-main/contract/capture.ts';
import { KeyFramePolicy } from './key-frames.ts';
import { LevelMeter } from './level-meter.ts';
import { Outbox } from './outbox.ts';
import { placationFrame } from './placate.ts';
import { TrackRecorder } from './track-recorder.ts';
import { nowMs, type FromWorker, type ToWorker, type TrackInfo } from './worker-messages.ts';

/**
 * The capture Worker: every encoded frame passes through here on its way to a decoder that is placated, is muxed and
 * leaves for main. The page's own thread only joins and signals.
 */

declare const self: DedicatedWorkerGlobalScope;

const STATS_INTERVAL_MS = 1000;
/** How often frames are let go that waited for others in vain. */
const POLL_INTERVAL_MS = 100;

interface ActiveTrack {
  recorder: TrackRecorder;
  policy: KeyFramePolicy | null;
  placation: ArrayBuffer | null;
  /** While levels are wanted; null where the codec has none. */
  meter: LevelMeter | null | undefined;
  visible: boolean;
  paused: boolean;
}

const tracks = new Map<string, ActiveTrack>();
/** Tracks announced for a script transform whose frames have not come yet. */
const expected = new Map<string, TrackInfo>();
/** Files being ended: `close-all` waits for these too. */
const closing = new Set<Promise<void>>();
/** Arrival of the last frame of tracks that are over, Unix milliseconds, for those that continue them. */
const lastFrames = new Map<string, number>();
/** Tracks that their senders have paused, known before their first frame. */
const pausedIds = new Set<string>();
let keyFrameIntervalS = 10;
let linkUp = true;
let levelsWanted = false;
let epochMs = 0;
let port: MessagePort | null = null;

const outbox = new Outbox(
  (message) => port?.postMessage(message),
  () => (epochMs === 0 ? 0 : nowMs() - epochMs),
);
const toPage = (message: FromWorker): void => self.postMessage(message);

function openTrack(info: TrackInfo): ActiveTrack {
  epochMs = info.epochMs;
  const { trackId, continues } = info;
  const recorder = new TrackRecorder(info, outbox, {
    resolution: (width, height) => toPage({ type: 'resolution', trackId, width, height }),
    gap: ({ fromMs, toMs, reason }) => sendSpan(trackId, reason, fromMs, toMs),
    started: (atMs) => {
      const lastMs = continues && lastFrames.get(continues.trackId);
      if (lastMs) sendSpan(continues.trackId, continues.reason, lastMs, atMs);
    },
  });
  recorder.setLink(linkUp);
  recorder.setPaused(pausedIds.has(trackId));
  const track: ActiveTrack = {
    recorder,
    policy: info.kind === 'video' ? new KeyFramePolicy(keyFrameIntervalS * 1000, nowMs()) : null,
    placation: info.kind === 'video' ? placationFrame(info.codec) : null,
    meter: undefined,
    visible: false,
    paused: pausedIds.has(trackId),
  };
  tracks.set(info.trackId, track);
  return track;
}

/** Puts a time without media on the timeline; Unix milliseconds. */
function sendSpan(track_id: string, reason: SpanReason, fromMs: number, toMs: number): void {
  const [t, end] = [fromMs - epochMs, toMs - epochMs].map((ms) => Math.round(ms * 10) / 10) as [number, number];
  if (end > t) outbox.send({ type: 'timeline', event: { t, type: 'span', track_id, reason, end } });
}

/** Takes every frame out of `readable`; what goes on to the decoder goes into `writable`. */
function pump(track: ActiveTrack, readable: ReadableStream, writable: WritableStream): void {
  const { kind, trackId } = track.recorder.info;
  const tap: TransformStream<unknown, unknown> = new TransformStream({
    transform: (frame: unknown, controller) => {
      if (kind === 'video') takeVideo(track, frame as RTCEncodedVideoFrame, controller);
      else takeAudio(track, frame as RTCEncodedAudioFrame);
    },
  });
  readable
    .pipeThrough(tap)
    .pipeTo(writable)
    .catch((error: unknown) => {
      // The receiver was closed under the stream: the track is over, and its file is closed by `close-track`.
      if (tracks.has(trackId)) console.warn('frames ended', String(error));
    });
}

function takeVideo(
  track: ActiveTrack,
  frame: RTCEncodedVideoFrame,
  controller: TransformStreamDefaultController<unknown>,
): void {
  const metadata = frame.getMetadata();
  const data = new Uint8Array(frame.data);
  const placate = track.placation !== null && !track.visible;
  track.recorder.video({
    rtpTimestamp: metadata.rtpTimestamp ?? frame.timestamp,
    key: frame.type === 'key',
    width: metadata.width ?? null,
    height: metadata.height ?? null,
    // A forwarded frame's buffer goes away with it; a replaced frame's buffer stays ours.
    data: placate ? data : data.slice(),
  });
  if (placate && track.placation) frame.data = track.placation.slice(0);
  controller.enqueue(frame);
}

/** Audio is never decoded here, so nothing is forwarded: no device plays it. */
function takeAudio(track: ActiveTrack, frame: RTCEncodedAudioFrame): void {
  const metadata = frame.getMetadata();
  const data = new Uint8Array(frame.data);
  track.recorder.audio(metadata.rtpTimestamp ?? frame.timestamp, metadata.sequenceNumber ?? null, data);
  if (!levelsWanted) return;
  if (track.meter === undefined) track.meter = LevelMeter.create(track.recorder.info);
  track.meter?.take(data);
}

function closeTrack(trackId: string): void {
  const track = tracks.get(trackId);
  expected.delete(trackId);
  pausedIds.delete(trackId);
  if (!track) return;
  tracks.delete(trackId);
  track.meter?.close();
  if (track.recorder.lastFrameAtMs !== null) lastFrames.set(trackId, track.recorder.lastFrameAtMs);
  const done = track.recorder
    .close()
    .catch((error: unknown) => console.error(`track ${trackId} could not be ended`, error))
    .finally(() => closing.delete(done));
  closing.add(done);
}

async function closeAll(): Promise<void> {
  for (const trackId of [...tracks.keys()]) closeTrack(trackId);
  await Promise.all(closing);
  outbox.flush();
  toPage({ type: 'all-closed' });
}

function tick(): void {
  const now = nowMs();
  for (const [trackId, track] of tracks) {
    const reason = track.policy?.due(now, track.recorder, track.paused);
    if (reason) toPage({ type: 'key-frame-wanted', trackId, reason });
  }
  if (tracks.size > 0) {
    const level = ({ meter }: ActiveTrack): number | null => (meter ? (meter.read() ?? 0) : null);
    const list = [...tracks.values()].map((track) => ({ ...track.recorder.stats(), level: level(track) }));
    outbox.send({ type: 'stats', tracks: list });
  }
}

function dropMeters(): void {
  for (const track of tracks.values()) {
    track.meter?.close();
    track.meter = undefined;
  }
}

function handleMain(command: CaptureCommand): void {
  switch (command.type) {
    case 'written':
      outbox.confirm(command.bytes);
      return;
    case 'watch': {
      const track = tracks.get(command.trackId);
      if (track) track.visible = command.visible;
      return;
    }
    case 'levels':
      levelsWanted = command.wanted;
      if (!levelsWanted) dropMeters();
      return;
    case 'start':
    case 'stop':
      toPage({ type: 'command', command });
  }
}

function handlePage(message: ToWorker): void {
  switch (message.type) {
    case 'init':
      port = message.port;
      port.onmessage = (event: MessageEvent<CaptureCommand>) => handleMain(event.data);
      return;
    case 'configure':
      keyFrameIntervalS = message.keyFrameIntervalS;
      return;
    case 'forward':
      outbox.send(message.message satisfies CaptureMessage);
      return;
    case 'track':
      pump(openTrack(message.info), message.readable, message.writable);
      return;
    case 'expect-track':
      expected.set(message.info.trackId, message.info);
      return;
    case 'pause-track': {
      const track = tracks.get(message.trackId);
      if (message.paused) pausedIds.add(message.trackId);
      else pausedIds.delete(message.trackId);
      if (track) track.paused = message.paused;
      track?.recorder.setPaused(message.paused);
      return;
    }
    case 'link':
      linkUp = message.up;
      for (const { recorder } of tracks.values()) recorder.setLink(linkUp);
      return;
    case 'close-track':
      closeTrack(message.trackId);
      return;
    case 'close-all':
      void closeAll();
  }
}

self.onmessage = (event: MessageEvent<ToWorker>) => handlePage(event.data);

// Where RTCRtpScriptTransform exists, the receiver's streams arrive by this event instead of by message.
self.addEventListener('rtctransform', (event) => {
  const { transformer } = event;
  const { trackId } = transformer.options as { trackId: string };
  const info = expected.get(trackId);
  if (!info) return;
  expected.delete(trackId);
  pump(openTrack(info), transformer.readable, transformer.writable);
});

setInterval(tick, STATS_INTERVAL_MS);
setInterval(() => tracks.forEach(({ recorder }) => recorder.poll()), POLL_INTERVAL_MS);
