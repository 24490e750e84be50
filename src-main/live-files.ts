import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CardRenderer } from './contract/cards.ts';
import { toRollcallError } from './contract/errors.ts';
import { TIMELINE_FILE, trackFile } from './contract/ids.ts';
import type { Session, SessionTrack } from './contract/session.ts';
import type { TimelineEvent } from './contract/timeline.ts';
import { encoderOf, makePieces, WORK_DIR } from './pieces.ts';
import { freezeTrack, readClocks, withClocks, writeClocks, type FrozenClocks } from './frozen-clocks.ts';
import type { Encoders } from './media/encoders.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { CpuLoad } from './media/cpu-load.ts';
import { EFFORTS, type Codec, type Effort } from './media/segment.ts';
import { TrackPool } from './media/track-pool.ts';
import { ClockSamples } from './recording/clock-samples.ts';
import { LONGEST_S } from './media/windows.ts';
import { gatherSession, type ProbeTrack } from './recording/gather.ts';
import { readManifest } from './recording/manifest.ts';
import { readTimeline } from './recording/timeline.ts';

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
  /** Encoders that this machine may have; libx264 where none are given. */
  encoders?: Encoders | undefined;
  /** How busy the machine is; the real one where none is given. */
  load?: Pick<CpuLoad, 'othersShare'>;
  /** Work stopped for good: the files are made after the call. */
  onTrouble: (message: string) => void;
  /** How the work keeps up has changed. */
  onPace?: (pace: FilesPace) => void;
}

/** How the making of files during the call keeps up with it. */
export interface FilesPace {
  /** How far behind the call the pieces of the streams' files are, milliseconds. */
  behindMs: number;
  /** `superfast` and `ultrafast`: larger files for less work. */
  effort: Effort;
  /** Whether the composite, or everything, waits for a time at which the machine is less busy, or for the call's end. */
  deferred: 'nothing' | 'composite' | 'everything';
}

const ROUND_MS = 2000;
/** Rounds in a row that fail before the files are left for after the call. */
const FAILURES_TO_STOP = 5;
/** Frames come to the disk with the network's delay, the capture's batches of 200 ms and the disk's own. */
const SETTLING_MS = 2500;
/** A clock's first fit needs a quiet moment of the network: nothing is made by it before. */
const YOUNG_MS = 8000;
/** Share of the machine that others use (ours runs at low priority) beyond which the composite, then all waits. */
const BUSY_COMPOSITE = 0.7;
const BUSY_ALL = 0.9;
/** Behind the call by this much, the encoder takes less work; a piece is up to 11 s long. */
const BEHIND_MS: Record<Effort, number> = { veryfast: 0, superfast: 35_000, ultrafast: 70_000 };

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
  /** The round under way is the last one. */
  readonly #last = new AbortController();
  readonly #load: Pick<CpuLoad, 'othersShare'>;
  readonly #samples: ClockSamples;
  #manifest: Session | null = null;
  #clocks: FrozenClocks | null = null;
  #over: Promise<void> = Promise.resolve();
  /** Up to which session time each output's pieces are there. */
  readonly #made = new Map<string, number>();
  /** Nothing new can be made before this session time, unless something happens. */
  #dueMs = 0;
  #timelineBytes = -1;
  #codec: Codec = 'libx264';
  #pace: FilesPace = { behindMs: 0, effort: 'veryfast', deferred: 'nothing' };

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

  get pace(): FilesPace {
    return this.#pace;
  }

  /**
   * Ends the work with the piece that is being made, which is needed anyway; at once where `signal` says so. The pool
   * stays open for the making of the files; its owner closes it.
   */
  async stop(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.#stop.abort();
    if (!signal || signal.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    this.#last.abort();
    await this.#over;
    signal?.removeEventListener('abort', abort);
    abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#last;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.round();
        failures = 0;
      } catch (thrown) {
        // What fails now may be made later: a disk that was full, say, or a program that was killed.
        if (this.#stop.signal.aborted || ++failures === FAILURES_TO_STOP) throw thrown;
      }
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
    if (busy > BUSY_ALL) {
      this.#setPace({ ...this.#pace, deferred: 'everything' });
      return;
    }
    if (!(await this.#isDue(nowMs))) return;
    const { session, timeline, untilMs, endedStreams } = await this.#soFar(manifest, nowMs);
    const { composite } = session.settings;
    const streamIds = session.streams.map(({ stream_id }) => stream_id);
    const behindMs = Math.max(0, untilMs - Math.min(untilMs, ...streamIds.map((id) => this.#made.get(id) ?? untilMs)));
    const defer = composite && busy > BUSY_COMPOSITE;
    const ffmpeg = await this.#options.ffmpeg();
    const encoder = await encoderOf(session, ffmpeg, this.#options.encoders);
    // Pieces that another encoder made do not join with this one's.
    if (this.#codec !== encoder.codec) this.#made.clear();
    this.#codec = encoder.codec;
    const least = EFFORTS.findLast((candidate) => behindMs >= BEHIND_MS[candidate]) ?? 'veryfast';
    const effort = EFFORTS.indexOf(least) > EFFORTS.indexOf(encoder.effort) ? least : encoder.effort;
    this.#setPace({ behindMs, effort, deferred: defer ? 'composite' : 'nothing' });
    const everybodyLeft = session.streams.every(({ stream_id }) => endedStreams.has(stream_id));
    const made = await makePieces({
      ...{ sessionDir: this.#options.dir, session, timeline, pool: this.pool, signal },
      outputIds: new Set(composite && !defer ? [...streamIds, 'composite'] : streamIds),
      ...{ untilMs: everybodyLeft ? Infinity : untilMs, sinceMs: (id) => this.#made.get(id) ?? -Infinity },
      ...{ encoder: { ...encoder, effort }, encoders: this.#options.encoders, atOnce: 1 },
      ...{ ffmpeg, cards: this.#options.cards },
    });
    for (const [id, ms] of made) this.#made.set(id, ms);
    const madeMs = Math.min(Infinity, ...streamIds.map((id) => this.#made.get(id) ?? 0));
    this.#dueMs = defer || !Number.isFinite(madeMs) ? 0 : madeMs + LONGEST_S * 1000;
  }

  /** Whether there may be something to make: what was there before has come of age, or something has happened. */
  async #isDue(nowMs: number): Promise<boolean> {
    const size = await stat(join(this.#options.dir, TIMELINE_FILE)).then(
      (stats) => stats.size,
      () => 0, // Nothing has happened yet.
    );
    const happened = size !== this.#timelineBytes;
    this.#timelineBytes = size;
    return happened || nowMs - SETTLING_MS >= this.#dueMs;
  }

  #setPace(pace: FilesPace): void {
    const { effort, deferred } = this.#pace;
    this.#pace = pace;
    if (pace.effort !== effort || pace.deferred !== deferred) this.#options.onPace?.(pace);
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
  // Nobody tells a signal's end to those who ask too late.
  if (signal.aborted) return Promise.resolve();
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
