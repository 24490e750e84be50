/// <reference lib="webworker" />
import type { SpanReason } from '../../src-main/contract/timeline.ts';
import type { CaptureCommand, CaptureMessage, TrackStats } from '../../src-main/contract/capture.ts';
import { damagedSpan, type Gap } from './gaps.ts';
import { KeyFramePolicy } from './key-frames.ts';
import { LevelMeter } from './level-meter.ts';
import { Outbox } from './outbox.ts';
import { placationFrame } from './placate.ts';
import { TrackRecorder } from './track-recorder.ts';
import { nowMs, slept, type Continued, type FromWorker, type ToWorker, type TrackInfo } from './worker-messages.ts';

/**
 * The capture Worker: every encoded frame passes through here on its way to a decoder that is placated, is muxed and
 * leaves for main. The page's own thread only joins and signals.
 */

declare const self: DedicatedWorkerGlobalScope;

const STATS_INTERVAL_MS = 1000;
/** How often frames are let go that waited for others in vain. */
const POLL_INTERVAL_MS = 100;

/** A track that has begun is not missing from what is watched for so long: who looks has not heard of it. */
const NEW_TRACK_MS = 3000;

/** A receiver's frames on their way to its decoder. */
interface Tap {
  kind: TrackInfo['kind'];
  placation: ArrayBuffer | null;
  /** Somebody sees it: from its next key frame on the decoder gets the frames themselves. */
  watched: boolean;
  decodes: boolean;
  /** Unix milliseconds. */
  openedAtMs: number;
  /** What records them; null while the recording is paused. */
  track: ActiveTrack | null;
}

interface ActiveTrack {
  tap: Tap;
  recorder: TrackRecorder;
  policy: KeyFramePolicy | null;
  /** While levels are wanted; null where the codec has none. */
  meter: LevelMeter | null | undefined;
  paused: boolean;
}

const tracks = new Map<string, ActiveTrack>();
/** Taps of tracks that are held while the recording is paused. */
const held = new Map<string, Tap>();
/** Files that the page makes, with their numbers. */
const recorded = new Map<string, TrackStats>();
/** Tracks announced for a script transform whose frames have not come yet. */
const expected = new Map<string, { info: TrackInfo; held: boolean }>();
/** Files being ended: `close-all` waits for these too. */
const closing = new Set<Promise<void>>();
/** Arrival of the last frame of tracks that are over, Unix milliseconds, for those that continue them. */
const lastFrames = new Map<string, number>();
/** Tracks that their senders have paused, known before their first frame. */
const pausedIds = new Set<string>();
/** Tracks that somebody sees. Whoever looks sees those that begin, too. */
let watchedIds: ReadonlySet<string> = new Set();
let keyFrameIntervalS = 10;
let linkUp = true;
let levelsWanted = false;
let epochMs = 0;
let port: MessagePort | null = null;

const outbox = new Outbox(
  (message) => port?.postMessage(message),
  () => (epochMs === 0 ? 0 : nowMs() - epochMs),
  (overloaded) => toPage({ type: 'overloaded', overloaded }),
);
const toPage = (message: FromWorker): void => self.postMessage(message);

function openTap(info: TrackInfo, isHeld: boolean): Tap {
  const placation = info.kind === 'video' ? placationFrame(info.codec) : null;
  const watched = watchedIds.size > 0;
  const tap: Tap = { kind: info.kind, placation, watched, decodes: false, openedAtMs: nowMs(), track: null };
  if (isHeld) held.set(info.trackId, tap);
  else tap.track = openTrack(info, tap);
  return tap;
}

function openTrack(info: TrackInfo, tap: Tap): ActiveTrack {
  epochMs = info.epochMs;
  const { trackId, continues } = info;
  let lastGap: Gap | null = null;
  const recorder = new TrackRecorder(info, outbox, {
    resolution: (width, height) => toPage({ type: 'resolution', trackId, width, height }),
    gap: (gap) => {
      lastGap = gap;
      sendSpan(trackId, gap.reason, gap.fromMs, gap.toMs);
    },
    started: (atMs) => {
      if (continues) sendContinued(continues, atMs);
    },
    damaged: (damage) => {
      const { fromMs, reason } = damagedSpan(damage.fromMs, lastGap);
      sendSpan(trackId, reason, fromMs, damage.toMs, damage.fileMs);
    },
    decodedWanted: () => toPage({ type: 'decoded-wanted', trackId }),
  });
  recorder.setLink(linkUp);
  recorder.setPaused(pausedIds.has(trackId));
  const track: ActiveTrack = {
    tap,
    recorder,
    policy: info.kind === 'video' ? new KeyFramePolicy(keyFrameIntervalS * 1000, nowMs()) : null,
    meter: undefined,
    paused: pausedIds.has(trackId),
  };
  tracks.set(info.trackId, track);
  return track;
}

/** Puts the time between a track and the one that continues it on the timeline; `atMs` is its first frame's. */
function sendContinued({ trackId, reason, fromMs }: Continued, atMs: number): void {
  // The file before it may still be open for its last packets.
  const lastFrameMs = tracks.get(trackId)?.recorder.lastFrameAtMs ?? lastFrames.get(trackId);
  const lastMs = fromMs === undefined ? lastFrameMs : epochMs + fromMs;
  if (lastMs !== undefined) sendSpan(trackId, reason, lastMs, atMs);
}

/** Puts a time without media, or with damaged ones, on the timeline; Unix milliseconds, and milliseconds of the file. */
function sendSpan(
  track_id: string,
  reason: SpanReason,
  fromMs: number,
  toMs: number,
  damaged?: [number, number],
): void {
  const [t, end] = [fromMs - epochMs, toMs - epochMs].map((ms) => Math.round(ms * 10) / 10) as [number, number];
  if (end <= t) return;
  // JSON has no infinity: to the end of any file.
  const damaged_file_ms: [number, number] | undefined = damaged && [damaged[0], Math.min(damaged[1], 1e12)];
  const event = { t, type: 'span' as const, track_id, reason, end, ...(damaged_file_ms ? { damaged_file_ms } : {}) };
  outbox.send({ type: 'timeline', event });
}

/** Takes every frame out of `readable`; what goes on to the decoder goes into `writable`. */
function pump(tap: Tap, readable: ReadableStream, writable: WritableStream): void {
  const { kind } = tap;
  const taken: TransformStream<unknown, unknown> = new TransformStream({
    transform: (frame: unknown, controller) => {
      if (kind === 'video') takeVideo(tap, frame as RTCEncodedVideoFrame, controller);
      else takeAudio(tap, frame as RTCEncodedAudioFrame);
    },
  });
  readable
    .pipeThrough(taken)
    .pipeTo(writable)
    .catch((error: unknown) => {
      // The receiver was closed under the stream: the track is over, and its file is closed by `close-track`.
      if (tap.track) console.warn('frames ended', String(error));
    });
}

function takeVideo(tap: Tap, frame: RTCEncodedVideoFrame, controller: TransformStreamDefaultController<unknown>): void {
  const metadata = frame.getMetadata();
  const data = new Uint8Array(frame.data);
  tap.decodes = tap.watched && (tap.decodes || frame.type === 'key');
  const placate = tap.placation !== null && !tap.decodes;
  tap.track?.recorder.video({
    rtpTimestamp: metadata.rtpTimestamp ?? frame.timestamp,
    key: frame.type === 'key',
    width: metadata.width ?? null,
    height: metadata.height ?? null,
    // A forwarded frame's buffer goes away with it; a replaced frame's buffer stays ours.
    data: placate ? data : data.slice(),
  });
  if (placate && tap.placation) frame.data = tap.placation.slice(0);
  controller.enqueue(frame);
}

/** Audio is never decoded here, so nothing is forwarded: no device plays it. */
function takeAudio({ track }: Tap, frame: RTCEncodedAudioFrame): void {
  if (!track) return;
  const metadata = frame.getMetadata();
  const data = new Uint8Array(frame.data);
  track.recorder.audio(metadata.rtpTimestamp ?? frame.timestamp, metadata.sequenceNumber ?? null, data);
  if (!levelsWanted) return;
  if (track.meter === undefined) track.meter = LevelMeter.create(track.recorder.info);
  track.meter?.take(data);
}

/** Frames of these tracks are decoded, and of no others but those that have just begun: nobody can know of them yet. */
function watch(trackIds: readonly string[]): void {
  watchedIds = new Set(trackIds);
  const now = nowMs();
  for (const tap of held.values()) tap.watched = false;
  for (const [trackId, { tap, policy, paused }] of tracks) {
    const isNew = watchedIds.size > 0 && now - tap.openedAtMs < NEW_TRACK_MS;
    tap.watched = watchedIds.has(trackId) || (tap.watched && isNew);
    if (!tap.watched || tap.decodes || tap.placation === null || paused || isNew || !policy?.mayAsk(now)) continue;
    toPage({ type: 'key-frame-wanted', trackId, reason: 'watch' });
  }
}

function closeTrack(trackId: string): void {
  const track = tracks.get(trackId);
  expected.delete(trackId);
  pausedIds.delete(trackId);
  held.delete(trackId);
  if (!track) return;
  tracks.delete(trackId);
  track.tap.track = null;
  track.meter?.close();
  if (track.recorder.lastFrameAtMs !== null) lastFrames.set(trackId, track.recorder.lastFrameAtMs);
  const done = track.recorder
    .close()
    .catch((error: unknown) => console.error(`track ${trackId} could not be ended`, error))
    .finally(() => closing.delete(done));
  closing.add(done);
}

/** The track's file ends here; its frames go on to their decoder, and nowhere else. */
function holdTrack(trackId: string): void {
  const tap = tracks.get(trackId)?.tap;
  const announced = expected.get(trackId);
  closeTrack(trackId);
  if (tap) held.set(trackId, tap);
  if (announced) expected.set(trackId, { ...announced, held: true });
}

/** A held track goes on in a new file, which begins with a key frame: one is asked for at once. */
function continueTrack(heldId: string, info: TrackInfo): void {
  const tap = held.get(heldId);
  held.delete(heldId);
  // Its frames have not come yet: they come by the id that they were announced by.
  if (expected.has(heldId)) expected.set(heldId, { info, held: false });
  if (!tap) return;
  Object.assign(tap, { watched: watchedIds.size > 0, openedAtMs: nowMs() });
  tap.track = openTrack(info, tap);
  if (tap.track.paused || !tap.track.policy) return;
  tap.track.policy.ask(nowMs());
  toPage({ type: 'key-frame-wanted', trackId: info.trackId, reason: 'start' });
}

function takeRecorded({ trackId, epochMs: epoch, data }: Extract<ToWorker, { type: 'recorded' }>): void {
  epochMs = epoch;
  const stats = recorded.get(trackId) ?? {
    ...{ trackId, frames: 0, keyFrames: 0, bytes: 0, lostFrames: 0 },
    ...{ width: null, height: null, lastKeyFrameMs: null, level: null },
  };
  outbox.append(trackId, stats.bytes, data);
  recorded.set(trackId, { ...stats, bytes: stats.bytes + data.length });
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
  if (tracks.size > 0 || recorded.size > 0) {
    const level = ({ meter }: ActiveTrack): number | null => (meter ? (meter.read() ?? 0) : null);
    const list = [...tracks.values()].map((track) => ({ ...track.recorder.stats(), level: level(track) }));
    outbox.send({ type: 'stats', tracks: [...list, ...recorded.values()] });
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
    case 'watch':
      watch(command.trackIds);
      toPage({ type: 'command', command });
      return;
    case 'levels':
      levelsWanted = command.wanted;
      if (!levelsWanted) dropMeters();
      return;
    case 'wake':
      slept(command.sleptMs);
      toPage({ type: 'command', command });
      return;
    case 'start':
    case 'pause':
    case 'resume':
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
    case 'picture':
      port?.postMessage(message);
      return;
    case 'track':
      pump(openTap(message.info, message.held), message.readable, message.writable);
      return;
    case 'expect-track':
      expected.set(message.info.trackId, { info: message.info, held: message.held });
      return;
    case 'hold-track':
      holdTrack(message.trackId);
      return;
    case 'continue-track':
      continueTrack(message.heldId, message.info);
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
    case 'decoded':
      tracks.get(message.trackId)?.recorder.decoded(message.frames);
      return;
    case 'recorded':
      takeRecorded(message);
      return;
    case 'recorded-stats': {
      const { trackId, frames, lostFrames } = message;
      const stats = recorded.get(trackId);
      if (stats) recorded.set(trackId, { ...stats, frames, lostFrames });
      return;
    }
    case 'recorded-end':
      recorded.delete(message.trackId);
      outbox.send({ type: 'track-stored', trackId: message.trackId });
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
  const announced = expected.get(trackId);
  if (!announced) return;
  expected.delete(trackId);
  pump(openTap(announced.info, announced.held), transformer.readable, transformer.writable);
});

setInterval(tick, STATS_INTERVAL_MS);
setInterval(() => tracks.forEach(({ recorder }) => recorder.poll()), POLL_INTERVAL_MS);
