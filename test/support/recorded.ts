import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DoneEvent } from '../../src-main/contract/events.ts';
import { sessionSchema, type Session } from '../../src-main/contract/session.ts';
import type { TimelineEvent } from '../../src-main/contract/timeline.ts';
import { COLOURS, TONES, type PublisherOptions } from './publisher.ts';

/** Beep against the sender's clock: start-up jitter of two processes on a busy machine. */
const PLACE_TOLERANCE_S = 0.08;
/** How late a producer's coming and going may show: signalling, and the way to the next key frame. */
export const EDGE_S = 1.3;

/** A publisher who can be told from the others by colour and tone. */
export const person = (i: number, durationS: number): PublisherOptions & { name: string; peerId: string } => ({
  name: ['Ana', 'Bo', 'Cy'][i] ?? '',
  peerId: ['ana', 'bo', 'cy'][i] ?? '',
  colour: COLOURS[i] ?? '',
  toneHz: TONES[i] ?? 0,
  codec: 'vp8' as const,
  width: 640,
  height: 360,
  fps: 30,
  durationS,
});

/** A finished recording, as it is on disk. */
export interface Recorded {
  code: number | null;
  done: DoneEvent;
  session: Session;
  timeline: TimelineEvent[];
}

/** Reads what a recorder left. */
export async function readRecorded(result: { code: number | null; done: DoneEvent }): Promise<Recorded> {
  const dir = result.done.session_dir ?? '';
  const session = sessionSchema.parse(JSON.parse(await readFile(join(dir, 'session.json'), 'utf8')));
  const timeline = (await readFile(join(dir, 'timeline.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TimelineEvent);
  return { ...result, session, timeline };
}

/** Times in a peer's file against a stay of its: seconds from the stay's start. */
export function inStay(
  { session, done }: Recorded,
  peerId: string,
  startedAt: number,
): { file: string; offsetS: number } {
  const stream = done.streams.find(({ peer_id }) => peer_id === peerId);
  const start = session.streams.find(({ stream_id }) => stream_id === stream?.stream_id)?.start_ms ?? NaN;
  return {
    file: stream?.file ?? '',
    offsetS: (startedAt - session.epoch_ms - start) / 1000,
  };
}

/** Seconds since a stay began. */
export type Window = [from: number, to: number];
export const isIn = (windows: readonly Window[], second: number, edgeS: number): boolean =>
  windows.some(([from, to]) => second > from - edgeS && second < to + edgeS);

/** Holds events of a file against a stay: one at each whole second but in the `quiet` windows, and none in those. */
export function expectSeconds(events: number[], offsetS: number, [from, to]: Window, quiet: readonly Window[]): void {
  const own = events.map((time) => time - offsetS);
  for (let second = Math.ceil(from); second < to; second += 1) {
    if (isIn(quiet, second, EDGE_S)) continue;
    const nearest = Math.min(...own.map((time) => Math.abs(time - second)));
    expect(nearest, `at second ${second} of the stay`).toBeLessThanOrEqual(PLACE_TOLERANCE_S);
  }
  const within = quiet.map(([start, end]): Window => [start + 0.3, end - 0.3]);
  expect(own.filter((time) => isIn(within, time, 0))).toEqual([]);
}

/** The spans of a peer's tracks of one kind, in the order of the timeline. */
export const spans = ({ timeline }: Recorded, kind: 'audio' | 'video', peerId: string, screen = false) => {
  const ids = timeline.flatMap((event) =>
    event.type === 'track-started' &&
    event.kind === kind &&
    event.peer_id === peerId &&
    (event.source === 'screen') === screen
      ? [event.track_id]
      : [],
  );
  return timeline.filter((event) => event.type === 'span').filter(({ track_id }) => ids.includes(track_id));
};
