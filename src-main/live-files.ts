import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { advanceComposite } from './composite/make-composite.ts';
import type { CardRenderer } from './contract/cards.ts';
import { toRollcallError } from './contract/errors.ts';
import { compositeFile, trackFile } from './contract/ids.ts';
import type { Session, SessionTrack } from './contract/session.ts';
import { completeTheme } from './contract/theme.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import { compositeOf, WORK_DIR } from './finish.ts';
import { freezeTrack, readClocks, withClocks, writeClocks, type FrozenClocks } from './frozen-clocks.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { CpuLoad } from './media/cpu-load.ts';
import { TrackPool } from './media/track-pool.ts';
import { ClockSamples } from './recording/clock-samples.ts';
import { gatherSession, type ProbeTrack } from './recording/gather.ts';
import { readManifest } from './recording/manifest.ts';
import { readTimeline } from './recording/timeline.ts';
import { advanceStream } from './streams/make-stream.ts';

/** The call as far as it is on disk: the same description that a finished session has, to a moment ago. */
export interface CallSoFar {
  session: Session;
  timeline: TimelineEvent[];
  /** What is before this session time will not change any more. */
  untilMs: number;
  /** Streams that nothing is added to any more, unless somebody comes back. */
  endedStreams: ReadonlySet<string>;
}

export interface LiveFilesOptions {
  /** The session's folder. */
  dir: string;
  ffmpeg: () => Promise<Ffmpeg>;
  cards: CardRenderer;
  /** How busy the machine is; the real one where none is given. */
  load?: Pick<CpuLoad, 'othersShare'>;
  /** Work stopped for good: the files are made after the call. */
  onTrouble: (message: string) => void;
}

const ROUND_MS = 2000;
/** Frames come to the disk with the network's delay, the capture's batches of 200 ms and the disk's own. */
const SETTLING_MS = 2500;
/** A clock's first fit needs a quiet moment of the network: nothing is made by it before. */
const YOUNG_MS = 8000;
/** Share of the machine that others use (ours runs at low priority) beyond which the composite, then all waits. */
const BUSY_COMPOSITE = 0.7;
const BUSY_ALL = 0.9;

/**
 * Makes the pieces of a session's files while the call goes on, so that only the last seconds are left after it. It
 * makes nothing of its own: it runs the makers of the streams' files and of the composite up to a moment ago, and what
 * they leave in the work folder is found there when the files are made. What it does not come to (a busy machine, a
 * crash) is made after the call.
 */
export class LiveFiles {
  readonly pool: TrackPool;
  readonly #options: LiveFilesOptions;
  readonly #workDir: string;
  readonly #stop = new AbortController();
  readonly #load: Pick<CpuLoad, 'othersShare'>;
  readonly #samples: ClockSamples;
  #manifest: Session | null = null;
  #clocks: FrozenClocks | null = null;
  #over: Promise<void> = Promise.resolve();
  /** Whether the composite has waited because the machine was busy. */
  deferred = false;

  constructor(options: LiveFilesOptions) {
    this.#options = options;
    this.#load = options.load ?? new CpuLoad();
    this.#workDir = join(options.dir, WORK_DIR);
    this.pool = new TrackPool(options.dir);
    this.#samples = new ClockSamples(options.dir);
  }

  start(): void {
    this.#over = this.#run().catch((thrown: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.onTrouble(toRollcallError(thrown).message);
    });
  }

  /** Ends the work at once. The pool stays open for the making of the files; its owner closes it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.round();
      await pause(ROUND_MS, signal);
    }
  }

  /** Makes what can be made now. */
  async round(atMs?: number): Promise<void> {
    const { signal } = this.#stop;
    // Only its settings and ids are needed: they are what they were when the recording began.
    const manifest = (this.#manifest ??= await readManifest(this.#options.dir));
    const nowMs = atMs ?? Date.now() - manifest.epoch_ms;
    const busy = this.#load.othersShare();
    if (busy > BUSY_ALL) return;
    const { session, timeline, untilMs, endedStreams } = await this.#soFar(manifest, nowMs);
    const { dir: sessionDir, cards } = this.#options;
    const job = { sessionDir, session, pool: this.pool, ffmpeg: await this.#options.ffmpeg(), cards, signal };
    for (const { stream_id: streamId } of session.streams) {
      const until = endedStreams.has(streamId) ? Infinity : untilMs;
      await advanceStream({ ...job, streamId, workDir: this.#workDir }, until);
    }
    if (!session.settings.composite) return;
    if (this.#load.othersShare() > BUSY_COMPOSITE) {
      this.deferred = true;
      return;
    }
    const outFile = join(sessionDir, compositeFile(session.session_id, session.epoch_ms));
    const everybodyLeft = session.streams.every(({ stream_id }) => endedStreams.has(stream_id));
    await advanceComposite(
      {
        ...job,
        ...compositeOf(session),
        theme: completeTheme(session.settings.theme),
        timeline,
        withoutPeers: [],
        outFile,
        workDir: this.#workDir,
      },
      everybodyLeft ? Infinity : untilMs,
    );
  }

  async #soFar(manifest: Session, nowMs: number): Promise<CallSoFar> {
    this.#clocks ??= await readClocks(this.#workDir);
    const { dir } = this.#options;
    const timeline = await readTimeline(dir);
    const gathered = await gatherSession(dir, this.#probe(timeline), this.#samples);
    const open = openTracks(timeline);
    let untilMs = nowMs - SETTLING_MS;
    for (const track of gathered.tracks) {
      // A track that has only just begun: neither it nor anything after its start can be placed yet.
      const young =
        open.has(track.track_id) && track.end_ms - track.start_ms < YOUNG_MS && !this.#clocks.has(track.track_id);
      if (young) untilMs = Math.min(untilMs, track.start_ms - SETTLING_MS);
      else await freezeTrack(this.#clocks, track, this.pool);
    }
    // Announced, and nothing on disk yet: it may have begun.
    for (const [trackId, { startedMs, paused }] of open) {
      if (paused === null && !gathered.tracks.some(({ track_id }) => track_id === trackId)) {
        if (nowMs - startedMs < YOUNG_MS) untilMs = Math.min(untilMs, startedMs - SETTLING_MS);
      }
    }
    await writeClocks(this.#workDir, this.#clocks);
    const described = withClocks(gathered, this.#clocks);
    const tracks = described.tracks.map((track) => goingOn(track, open.get(track.track_id), nowMs));
    const streams = described.streams.map((stream) => {
      const own = tracks.filter(({ stream_id }) => stream_id === stream.stream_id);
      return { ...stream, end_ms: Math.max(...own.map(({ end_ms }) => end_ms)) };
    });
    const endedStreams = new Set(
      streams.filter(({ track_ids }) => !track_ids.some((id) => open.has(id))).map(({ stream_id }) => stream_id),
    );
    const session = { ...manifest, peers: described.peers, streams, tracks, pauses: described.pauses };
    return { session, timeline, untilMs, endedStreams };
  }

  /** What a growing file holds, from the part of it that is read already. */
  #probe(timeline: readonly TimelineEvent[]): ProbeTrack {
    const codecs = new Map(timeline.flatMap((e) => (e.type === 'track-started' ? [[trackFile(e.track_id), e]] : [])));
    return async (file, kind) => {
      const started = codecs.get(file.slice(this.#options.dir.length + 1).replaceAll('\\', '/'));
      if (!started || (await stat(file)).size === 0) return null;
      const { track_id, codec } = started;
      const named = { track_id, codec, file: trackFile(track_id) };
      const none = { lostFrames: 0, keyFrames: 0, width: null, height: null };
      if (kind === 'audio') {
        const sound = await this.pool.sound(named);
        return sound.packets === 0 ? null : { ...none, endFileMs: sound.lastFileMs, frames: sound.packets };
      }
      const video = await this.pool.video(named);
      return video.frames === 0 ? null : { ...none, endFileMs: video.lastFileMs, frames: video.frames };
    };
  }
}

interface OpenTrack {
  startedMs: number;
  /** Since when it is muted. */
  paused: number | null;
}

/** Tracks that have not ended, by the timeline. A closed file is an ended track, whatever was announced. */
function openTracks(timeline: readonly TimelineEvent[]): Map<string, OpenTrack> {
  const open = new Map<string, OpenTrack>();
  for (const event of timeline) {
    if (event.type === 'track-started') {
      open.set(event.track_id, { startedMs: event.t, paused: event.paused ? event.t : null });
    } else if (event.type === 'track-closed') open.delete(event.track_id);
    else if (event.type === 'track-paused' || event.type === 'track-resumed') {
      const track = open.get(event.track_id);
      if (track) track.paused = event.type === 'track-paused' ? (track.paused ?? event.t) : null;
    }
  }
  return open;
}

/** A track that has not ended lasts until now, and so does its mute. */
function goingOn(track: SessionTrack, open: OpenTrack | undefined, nowMs: number): SessionTrack {
  if (!open) return track;
  const end_ms = Math.max(track.end_ms, nowMs);
  return { ...track, end_ms, paused: open.paused === null ? track.paused : [...track.paused, [open.paused, end_ms]] };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
