import type { SessionTrack } from '../contract/session.ts';
import type { CardFile } from './card-files.ts';
import { planCut, planPictures, sliceParts, type Cut, type Grid, type PicturePlan } from './pictures.ts';
import type { ShownPart } from './segment-graph.ts';
import type { TrackPool } from './track-pool.ts';
import type { FrameIndex, VideoTrack } from './video-track.ts';

/** One part of what a tile shows in a segment, before its frames are copied out of the track. */
export type PlannedPart =
  { kind: 'card'; frames: number } | { kind: 'cut'; trackId: string; track: VideoTrack; cut: Cut; frames: number };

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

  private constructor(tracks: readonly OpenedTrack[], plan: PicturePlan, fps: number) {
    this.#tracks = tracks;
    this.#plan = plan;
    this.#fps = fps;
  }

  /** Reads the stream's video tracks. `tracks` may be in any order. */
  static async open(pool: TrackPool, tracks: readonly SessionTrack[], grid: Grid): Promise<StreamPictures> {
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
    return new StreamPictures(opened, plan, grid.fps);
  }

  /** What to show in [from, to), ticks. */
  parts(from: number, to: number): PlannedPart[] {
    return sliceParts(this.#plan.parts, from, to).map((part): PlannedPart => {
      const frames = part.to - part.from;
      const track = part.track === null ? undefined : this.#tracks[part.track];
      const ticks = part.track === null ? undefined : this.#plan.frameTicks[part.track];
      const cut = track && ticks ? planCut(track.index, ticks, part.from, part.to, this.#fps) : null;
      return track && cut
        ? { kind: 'cut', trackId: track.id, track: track.video, cut, frames }
        : { kind: 'card', frames };
    });
  }
}

/** Makes planned parts ready for ffmpeg: frames copied to files named `prefix`, the card in place of no picture. */
export async function preparePart(part: PlannedPart, card: CardFile, file: string): Promise<ShownPart> {
  if (part.kind === 'card') return { kind: 'still', file: card.file, frames: part.frames };
  await part.track.copyFrames(part.cut, file);
  return { kind: 'cut', file, startS: part.cut.startS, frames: part.frames };
}
