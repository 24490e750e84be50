import type { Session, SessionTrack } from '../contract/session.ts';
import type { CardFile } from './card-files.ts';
import { planCut, planPictures, sliceParts, type Cut, type PicturePlan } from './pictures.ts';
import type { ShownPart } from './segment-graph.ts';
import type { TrackPool } from './track-pool.ts';
import type { FrameIndex, VideoTrack } from './video-track.ts';
import { planWindows, type KeyedTrack, type Window } from './windows.ts';

/** One part of what a tile shows in a segment, before its frames are copied out of the track. */
export type PlannedPart =
  /** `paused`: the card that says that the recording was. */
  { kind: 'card'; frames: number; paused?: true } | PlannedCut;

export interface PlannedCut {
  kind: 'cut';
  trackId: string;
  track: VideoTrack;
  /** Whether its frames are BT.601, limited range, and nothing else. */
  plainColour: boolean;
  cut: Cut;
  frames: number;
}

interface OpenedTrack {
  id: string;
  codec: string;
  video: VideoTrack;
  index: FrameIndex;
}

/** Spans of the recording's pauses, ticks. */
type Pauses = readonly (readonly [number, number])[];

interface StreamPlan {
  tracks: readonly OpenedTrack[];
  plan: PicturePlan;
}

const EMPTY_INDEX: FrameIndex = {
  timesMs: new Float64Array(),
  keys: new Uint8Array(),
  formats: new Int32Array(),
  damaged: new Uint8Array(),
};
/** Beyond the end of any session: what is shown where is asked for within it. */
const ENDLESS = 2 ** 31;

/** What is needed of a session. */
export type SessionMedia = Pick<Session, 'tracks' | 'pauses'>;

/**
 * The pictures of all streams of a session on one frame grid: tick k is at k / fps of the session's time, for every file
 * that is made of it. Two files that show the same stretch of a stream get the same part, and it is decoded once.
 */
export class SessionPictures {
  readonly fps: number;
  readonly #streams = new Map<string, StreamPlan>();
  readonly #parts = new Map<string, PlannedPart[]>();
  readonly #keyed: KeyedTrack[] = [];
  readonly #pauses: Pauses;
  readonly #endTick: number;

  private constructor({ tracks, pauses = [] }: SessionMedia, fps: number) {
    this.fps = fps;
    this.#pauses = pauses.map(([from, to]) => [Math.round(this.#tick(from)), Math.round(this.#tick(to))]);
    this.#endTick = Math.ceil(Math.max(...tracks.map(({ end_ms }) => this.#tick(end_ms)))) + 1;
  }

  /** Reads the session's video tracks. */
  static async open(pool: TrackPool, session: SessionMedia, fps: number): Promise<SessionPictures> {
    const { tracks } = session;
    const pictures = new SessionPictures(session, fps);
    for (const streamId of new Set(tracks.map(({ stream_id }) => stream_id))) {
      await pictures.#openStream(pool, streamId, tracks);
    }
    return pictures;
  }

  /** The tick at which a file begins that has to hold everything from a session time on. */
  firstTick(ms: number): number {
    return Math.floor(this.#tick(ms) + 1e-6);
  }

  tickMs(tick: number): number {
    return (tick * 1000) / this.fps;
  }

  /** What a stream shows in [from, to), ticks. */
  parts(streamId: string, from: number, to: number): PlannedPart[] {
    const stream = this.#streams.get(streamId);
    if (!stream) return [{ kind: 'card', frames: to - from }];
    const key = `${streamId} ${from} ${to}`;
    const known = this.#parts.get(key) ?? planParts(stream, this.#pauses, from, to);
    this.#parts.set(key, known);
    return known;
  }

  /** Where the files' pieces begin and end, as far as nothing after `untilMs` can move it. */
  windows(untilMs: number): Window[] {
    const settled = untilMs === Infinity ? Infinity : Math.floor(this.#tick(untilMs));
    return planWindows(this.#keyed, { start: 0, end: this.#endTick, settled, fps: this.fps });
  }

  #tick(ms: number): number {
    return (ms * this.fps) / 1000;
  }

  async #openStream(pool: TrackPool, streamId: string, tracks: readonly SessionTrack[]): Promise<void> {
    const own = tracks.filter(({ stream_id, kind }) => stream_id === streamId && kind === 'video');
    const ordered = own.sort((a, b) => a.start_ms - b.start_ms);
    const opened: OpenedTrack[] = [];
    for (const track of ordered) {
      const video = await pool.video(track);
      opened.push({ id: track.track_id, codec: track.codec, video, index: video.index(track) });
    }
    const plan = planPictures(
      ordered.map(({ end_ms, paused, source }, i) => ({
        index: opened[i]?.index ?? EMPTY_INDEX,
        endMs: end_ms,
        paused,
        isCamera: source === 'camera',
      })),
      { startMs: 0, fps: this.fps, ticks: ENDLESS },
    );
    this.#streams.set(streamId, { tracks: opened, plan });
    for (const [i, { start_ms, end_ms }] of ordered.entries()) {
      const ticks = plan.frameTicks[i] ?? new Int32Array();
      const keys = ticks.filter((_, frame) => opened[i]?.index.keys[frame] === 1);
      this.#keyed.push({ keys, from: this.#tick(start_ms), to: this.#tick(end_ms) });
    }
  }
}

function planParts({ tracks, plan }: StreamPlan, pauses: Pauses, from: number, to: number): PlannedPart[] {
  return sliceParts(plan.parts, from, to).flatMap((part): PlannedPart[] => {
    if (part.track === null) return cards(part, pauses);
    const frames = part.to - part.from;
    const track = tracks[part.track];
    const ticks = plan.frameTicks[part.track];
    const cut = track && ticks ? planCut(track.index, ticks, part.from, part.to) : null;
    if (!track || !cut) return [{ kind: 'card', frames }];
    // VP8 knows no other colours; all else may say that it has them.
    return [{ kind: 'cut', trackId: track.id, track: track.video, plainColour: track.codec === 'vp8', cut, frames }];
  });
}

/** A time without a picture: the card, and where the recording was paused the one that says so. */
function cards({ from, to }: { from: number; to: number }, pauses: Pauses): PlannedPart[] {
  const inside = (tick: number): boolean => pauses.some(([a, b]) => tick >= a && tick < b);
  const edges = pauses.flat().filter((edge) => edge > from && edge < to);
  return [from, ...edges].map((start, i): PlannedPart => {
    const frames = (edges[i] ?? to) - start;
    return inside(start) ? { kind: 'card', frames, paused: true } : { kind: 'card', frames };
  });
}

/** Makes a planned part ready for ffmpeg: frames copied to `file`, a card in place of no picture. */
export async function preparePart(
  part: PlannedPart,
  { card, pausedCard }: { card: CardFile; pausedCard?: CardFile | undefined },
  fps: number,
  file: string,
): Promise<ShownPart> {
  if (part.kind === 'card') {
    return { kind: 'still', file: ((part.paused && pausedCard) || card).file, frames: part.frames };
  }
  const { cut, track, frames, plainColour } = part;
  await track.copyFrames(cut, fps, file);
  return { kind: 'cut', file, startS: cut.start / fps, frames, plainColour };
}
