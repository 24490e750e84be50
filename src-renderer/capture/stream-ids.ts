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
  receiver: RTCRtpReceiver;
  /** Its frames cannot be kept as they come: a MediaRecorder gets what is decoded. */
  reencoded: boolean;
  /** Its sender has paused it. */
  muted: boolean;
  /** The recording is paused: nothing of it is kept. The track that it was until then, where there was one. */
  held: { trackId: string | null } | null;
  /** The spatial layer that the server last said that it sends. */
  spatial: number | null;
  /** When the server last said that it sends another layer, until the picture has changed. */
  layersAtMs: number | null;
  /** When the picture's size last changed, until the server has said why. */
  resolutionAtMs: number | null;
  /** Which of the peer's screens it is, from 0. */
  screen: number;
}

/**
 * One stream id per peer and source for the whole session: a camera that comes back goes on with its stream, and so does
 * a screen. Screens that are shared at the same time are sources of their own, by number.
 */
export class StreamIds {
  readonly #ids = new Map<string, string[]>();

  constructor(known: readonly { peerId: string; type: 'main' | 'screen'; streamId: string }[]) {
    for (const { peerId, type, streamId } of known) this.#of(peerId, type).push(streamId);
  }

  /** @param number of the screen, from 0. */
  get(peerId: string, type: 'main' | 'screen', number = 0): string {
    const ids = this.#of(peerId, type);
    while (ids.length <= number) ids.push(crypto.randomUUID());
    return ids[number] ?? '';
  }

  #of(peerId: string, type: 'main' | 'screen'): string[] {
    const ids = this.#ids.get(key(peerId, type)) ?? [];
    this.#ids.set(key(peerId, type), ids);
    return ids;
  }
}

/**
 * Which of a peer's screens a new track shows: that of a track of the other kind which has none of this kind yet (a screen
 * and its sound come one after the other), else the first that is not shared now.
 */
export function screenNumber(kind: MediaKind, shared: readonly { kind: MediaKind; screen: number }[]): number {
  const has = (number: number, of: MediaKind): boolean =>
    shared.some((track) => track.screen === number && track.kind === of);
  const other: MediaKind = kind === 'audio' ? 'video' : 'audio';
  const waiting = shared.findLast((track) => track.kind === other && !has(track.screen, kind));
  if (waiting) return waiting.screen;
  let number = 0;
  while (has(number, kind)) number += 1;
  return number;
}

const key = (peerId: string, type: string): string => `${type} ${peerId}`;
