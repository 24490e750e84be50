import type { MediaKind, Source } from '../../src-main/contract/timeline.ts';

/** A track under way, as the page knows it. */
export interface LiveTrack {
  trackId: string;
  streamId: string;
  peerId: string;
  kind: MediaKind;
  source: Source;
  /** Since when its sender has paused it and that is on the timeline, on the session clock. */
  pausedAtMs: number | null;
  /** Its clock rate, channels and codec, for a file. */
  media: { codec: string; clockRate: number; channels: number };
  /** Its sender has paused it. */
  muted: boolean;
  /** The recording is paused: nothing of it is kept. The track that it was until then, where there was one. */
  held: { trackId: string | null } | null;
  /** When the server last said that it sends another layer, until the new picture is there. */
  layersAtMs: number | null;
}

/** One stream id per peer and source for the whole session: a camera that comes back goes on with its stream. */
export class StreamIds {
  readonly #ids = new Map<string, string>();

  constructor(known: readonly { peerId: string; type: 'main' | 'screen'; streamId: string }[]) {
    for (const { peerId, type, streamId } of known) this.#ids.set(key(peerId, type), streamId);
  }

  get(peerId: string, type: 'main' | 'screen'): string {
    const existing = this.#ids.get(key(peerId, type));
    if (existing !== undefined) return existing;
    const streamId = crypto.randomUUID();
    this.#ids.set(key(peerId, type), streamId);
    return streamId;
  }
}

const key = (peerId: string, type: string): string => `${type} ${peerId}`;
