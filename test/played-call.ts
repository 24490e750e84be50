import { copyFile, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trackClockFile } from '../src-main/contract/ids.ts';
import type { Session, SessionTrack } from '../src-main/contract/session.ts';
import type { TimelineEvent } from '../src-main/contract/timeline.ts';
import { makeSession, type PeerSpec } from './media-fixtures.ts';

/** A call that is played into a session folder: what the capture would have written by a time. */
export class PlayedCall {
  readonly #full: Session;
  readonly #from: string;
  readonly #to: string;

  private constructor(full: Session, from: string, to: string) {
    this.#full = full;
    this.#from = from;
    this.#to = to;
  }

  static async begin(peers: PeerSpec[], from: string, to: string): Promise<PlayedCall> {
    const full = await makeSession(from, peers);
    await mkdir(join(to, 'tracks'), { recursive: true });
    const empty = { ...full, state: 'recording' as const, peers: [], streams: [], tracks: [] };
    await writeFile(join(to, 'session.json'), JSON.stringify(empty));
    return new PlayedCall(full, from, to);
  }

  async playTo(ms: number): Promise<void> {
    const events: TimelineEvent[] = [];
    for (const peer of this.#full.peers)
      events.push({ t: peer.joined_ms, type: 'peer-joined', peer_id: peer.peer_id, display_name: peer.display_name });
    for (const track of this.#full.tracks) events.push(...(await this.#playTrack(track, ms)));
    for (const { peer_id, left_ms } of this.#full.peers)
      events.push({ t: (left_ms ?? 0) + 50, type: 'peer-left', peer_id });
    const lines = events.filter(({ t }) => t <= ms).sort((a, b) => a.t - b.t);
    await writeFile(join(this.#to, 'timeline.ndjson'), lines.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  async #playTrack(track: SessionTrack, ms: number): Promise<TimelineEvent[]> {
    const { track_id, stream_id, peer_id, kind, source, codec, clock_rate, start_ms, end_ms, file } = track;
    const share = Math.min(1, (ms - start_ms) / (end_ms - start_ms));
    if (share > 0) {
      const { size } = await stat(join(this.#from, file));
      await copyFile(join(this.#from, file), join(this.#to, file));
      // Never quite up to date, and cut anywhere.
      if (share < 1) await truncate(join(this.#to, file), Math.floor(size * share * 0.995));
      await writeFile(join(this.#to, trackClockFile(track_id)), clockSamples(start_ms, Math.min(ms, end_ms)));
    }
    const rest = { key_frames: 1, lost_frames: 0, width: track.width, height: track.height };
    return [
      { t: start_ms, type: 'track-started', track_id, stream_id, peer_id, kind, source, codec, clock_rate },
      { t: end_ms + 20, type: 'track-ended', track_id, reason: 'test' },
      { t: end_ms + 30, type: 'track-closed', track_id, end_file_ms: end_ms - start_ms, frames: track.frames, ...rest },
    ];
  }
}

/** Samples of a clock that looks later than it is until the network is quiet, after 20 s. */
function clockSamples(startMs: number, toMs: number): string {
  let lines = '';
  for (let fileMs = 0; startMs + fileMs <= toMs; fileMs += 1000) {
    const lateMs = fileMs < 20_000 ? 6 : 0;
    lines += `${JSON.stringify({ fileMs, arrivalMs: startMs + fileMs + lateMs })}\n`;
  }
  return lines;
}
