import type { SessionTrack } from '../contract/session.ts';
import type { CardFile } from './card-files.ts';
import { planCut, planPictures, sliceParts, type Cut, type Grid, type PicturePlan } from './pictures.ts';
import type { ShownPart } from './segment-graph.ts';
import type { TrackPool } from './track-pool.ts';
import type { FrameIndex, VideoTrack } from './video-track.ts';

/** One part of what a tile shows in a segment, before its frames are copied out of the track. */
export type PlannedPart =
  /** `paused`: the card that says that the recording was. */
  | { kind: 'card'; frames: number; paused?: true }
  | { kind: 'cut'; trackId: string; track: VideoTrack; cut: Cut; frames: number };

interface OpenedTrack {
  id: string;
  video: VideoTrack;
  index: FrameIndex;
}

const EMPTY_INDEX: FrameIndex = { timesMs: new Float64Array(), keys: new Uint8Array(), formats: new Int32Array() };

/** A stream's pictures on an output's frame grid: all its video tracks, open for copying. */
export class StreamPictures {
  readonly #tracks: readonly OpenedTrack[];
  readonly #plan: PicturePlan;
  readonly #fps: number;
  /** Pauses of the recording, ticks. */
  readonly #pauses: readonly (readonly [number, number])[];

  private constructor(
    tracks: readonly OpenedTrack[],
    plan: PicturePlan,
    fps: number,
    pauses: readonly (readonly [number, number])[],
  ) {
    this.#tracks = tracks;
    this.#plan = plan;
    this.#fps = fps;
    this.#pauses = pauses;
  }

  /**
   * Reads the stream's video tracks. `tracks` may be in any order.
   * @param pauses of the recording, session time in milliseconds: where there is no picture, the card says so.
   */
  static async open(
    pool: TrackPool,
    tracks: readonly SessionTrack[],
    grid: Grid,
    pauses: readonly (readonly [number, number])[] = [],
  ): Promise<StreamPictures> {
    const ordered = tracks.filter(({ kind }) => kind === 'video').sort((a, b) => a.start_ms - b.start_ms);
    const opened: OpenedTrack[] = [];
    for (const track of ordered) {
      const video = await pool.video(track);
      opened.push({ id: track.track_id, video, index: video.index(track.clock) });
    }
    const plan = planPictures(
      ordered.map(({ end_ms, paused, source }, i) => ({
        index: opened[i]?.index ?? EMPTY_INDEX,
        endMs: end_ms,
        paused,
        isCamera: source === 'camera',
      })),
      grid,
    );
    const tick = (ms: number): number => Math.round(((ms - grid.startMs) * grid.fps) / 1000);
    const paused = pauses.map(([from, to]) => [tick(from), tick(to)] as const);
    return new StreamPictures(opened, plan, grid.fps, paused);
  }

  /** What to show in [from, to), ticks. */
  parts(from: number, to: number): PlannedPart[] {
    return sliceParts(this.#plan.parts, from, to).flatMap((part): PlannedPart[] => {
      if (part.track === null) return this.#cards(part);
      const frames = part.to - part.from;
      const track = this.#tracks[part.track];
      const ticks = this.#plan.frameTicks[part.track];
      const cut = track && ticks ? planCut(track.index, ticks, part.from, part.to, this.#fps) : null;
      return track && cut
        ? [{ kind: 'cut', trackId: track.id, track: track.video, cut, frames }]
        : [{ kind: 'card', frames }];
    });
  }

  /** A time without a picture: the card, and where the recording was paused the one that says so. */
  #cards({ from, to }: { from: number; to: number }): PlannedPart[] {
    const inside = (tick: number): boolean => this.#pauses.some(([a, b]) => tick >= a && tick < b);
    const edges = this.#pauses.flat().filter((edge) => edge > from && edge < to);
    return [from, ...edges].map((start, i): PlannedPart => {
      const frames = (edges[i] ?? to) - start;
      return inside(start) ? { kind: 'card', frames, paused: true } : { kind: 'card', frames };
    });
  }
}

/** Makes planned parts ready for ffmpeg: frames copied to `file`, a card in place of no picture. */
export async function preparePart(
  part: PlannedPart,
  cards: { card: CardFile; pausedCard?: CardFile | undefined },
  file: string,
): Promise<ShownPart> {
  if (part.kind === 'card') {
    const card = (part.paused && cards.pausedCard) || cards.card;
    return { kind: 'still', file: card.file, frames: part.frames };
  }
  await part.track.copyFrames(part.cut, file);
  return { kind: 'cut', file, startS: part.cut.startS, frames: part.frames };
}
