import { join } from 'node:path';
import type { SessionTrack } from '../contract/session.ts';
import { SoundTrack } from './sound-track.ts';
import { VideoTrack } from './video-track.ts';

type Named = Pick<SessionTrack, 'track_id' | 'file' | 'codec'>;

/** A session's tracks, each opened and read once, however many files are made of it and however often it has grown. */
export class TrackPool {
  readonly #sessionDir: string;
  readonly #videos = new Map<string, Promise<VideoTrack>>();
  readonly #sounds = new Map<string, Promise<SoundTrack>>();

  constructor(sessionDir: string) {
    this.#sessionDir = sessionDir;
  }

  /** A video track as it is on disk now. */
  async video({ track_id, file, codec }: Named): Promise<VideoTrack> {
    return await opened(this.#videos, track_id, () => VideoTrack.open(join(this.#sessionDir, file), codec));
  }

  /** A sound track as it is on disk now. */
  async sound({ track_id, file, codec }: Named): Promise<SoundTrack> {
    return await opened(this.#sounds, track_id, () => SoundTrack.open(join(this.#sessionDir, file), codec));
  }

  async close(): Promise<void> {
    const all = [...this.#videos.values(), ...this.#sounds.values()];
    this.#videos.clear();
    this.#sounds.clear();
    for (const track of await Promise.allSettled(all)) if (track.status === 'fulfilled') await track.value.close();
  }
}

async function opened<T extends { extend(): Promise<void> }>(
  known: Map<string, Promise<T>>,
  id: string,
  open: () => Promise<T>,
): Promise<T> {
  const there = known.get(id);
  if (!there) {
    const opening = open();
    known.set(id, opening);
    return await opening;
  }
  const track = await there;
  await track.extend();
  return track;
}
