import { describe, expect, it } from 'vitest';
import type { Session } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { compositeRange, mergeIntervals, planIntervals, steadySpeakers, type Interval } from './intervals.ts';
import { planSegments } from './segments.ts';

type StreamSpec = [
  peer: string,
  type: 'regular' | 'audio' | 'screen',
  start: number,
  end: number,
  tracks?: [number, number][],
];

function sessionOf(specs: StreamSpec[]): Session {
  const streams = specs.map(([peer_id, type, start_ms, end_ms], i) => ({
    stream_id: `s${i}`,
    peer_id,
    type,
    start_ms,
    end_ms,
    track_ids: [],
  }));
  const tracks = specs.flatMap(([peer_id, , start, end, spans = [[start, end]]], i) =>
    spans.map(([start_ms, end_ms]) => ({ stream_id: `s${i}`, peer_id, start_ms, end_ms })),
  );
  const peers = [...new Set(specs.map(([peer]) => peer))].map((peer_id) => ({
    peer_id,
    display_name: `name of ${peer_id}`,
  }));
  return { streams, tracks, peers, settings: {} } as unknown as Session;
}

const show = (intervals: Interval[]): string =>
  intervals
    .map(({ from, to, tiles }) => `${from}-${to}:${tiles.map(({ streamId }) => streamId).join('+') || '-'}`)
    .join(' ');

const joined = (t: number, peer_id: string, display_name = peer_id): TimelineEvent => ({
  t,
  type: 'peer-joined',
  peer_id,
  display_name,
});
const left = (t: number, peer_id: string): TimelineEvent => ({ t, type: 'peer-left', peer_id });

function plan(specs: StreamSpec[], events: TimelineEvent[] = [], without: string[] = []): Interval[] {
  const session = sessionOf(specs);
  const range = compositeRange(session);
  if (!range) return [];
  return mergeIntervals(planIntervals(session, events, range, 10, new Set(without)), ({ tiles }) =>
    JSON.stringify(tiles),
  );
}

it('begins with the joining of the recorder where the recording did', () => {
  const session = sessionOf([['a', 'regular', 5000, 9000]]);
  expect(compositeRange({ ...session, settings: { ...session.settings, start: 'join' } })).toEqual({
    startMs: 0,
    endMs: 9000,
  });
});

it('has nobody in the picture while the recording is paused', () => {
  const specs: StreamSpec[] = [['a', 'regular', 1000, 11_000, [[1000, 4000], [7000, 11_000]]]]; // prettier-ignore
  const session = { ...sessionOf(specs), pauses: [[4000, 7000]] as [number, number][] };
  const intervals = planIntervals(session, [], { startMs: 1000, endMs: 11_000 }, 10);
  expect(intervals.map(({ from, to, tiles, paused }) => [from, to, tiles.length, paused ?? false])).toEqual([
    [0, 30, 1, false],
    [30, 60, 0, true],
    [60, 100, 1, false],
  ]);
});

it('shows the name of somebody who was announced after their media from the beginning', () => {
  const events: TimelineEvent[] = [
    joined(0, 'a', 'a'),
    { t: 800, type: 'peer-renamed', peer_id: 'a', display_name: 'Ana' },
  ];
  const [first] = planIntervals(sessionOf([['a', 'regular', 0, 2000]]), events, { startMs: 0, endMs: 2000 }, 10);
  expect(first?.tiles[0]?.name).toBe('Ana');
});

describe('planIntervals', () => {
  it.each<[string, StreamSpec[], TimelineEvent[], string]>([
    ['nobody', [], [], ''],
    ['one', [['a', 'regular', 500, 2500]], [], '0-20:s0'],
    [
      'a late joiner who leaves early',
      [
        ['a', 'regular', 0, 10000],
        ['b', 'audio', 3000, 6000],
      ],
      [],
      '0-30:s0 30-60:s0+s1 60-100:s0',
    ],
    [
      'nobody for a while',
      [
        ['a', 'regular', 0, 2000],
        ['b', 'regular', 3000, 4000],
      ],
      [],
      '0-20:s0 20-30:- 30-40:s1',
    ],
    [
      'in the order of joining',
      [
        ['b', 'regular', 1000, 4000],
        ['a', 'regular', 0, 4000],
      ],
      [],
      '0-10:s1 10-40:s1+s0',
    ],
    [
      'gone and back again',
      [
        ['a', 'regular', 0, 9000],
        ['b', 'regular', 0, 9000],
      ],
      [joined(0, 'a'), left(3000, 'a'), joined(5000, 'a')],
      '0-30:s0+s1 30-50:s1 50-90:s0+s1',
    ],
    ['left for good: its stream says when', [['a', 'regular', 0, 3000]], [left(2950, 'a')], '0-30:s0'],
    [
      'a screen shared twice',
      [
        ['a', 'regular', 0, 9000],
        [
          'a',
          'screen',
          1000,
          8000,
          [
            [1000, 3000],
            [6000, 8000],
          ],
        ],
      ],
      [],
      '0-10:s0 10-30:s0+s1 30-60:s0 60-80:s0+s1 80-90:s0',
    ],
    [
      'boundaries on frames',
      [
        ['a', 'regular', 0, 10000],
        ['b', 'regular', 3049, 6051],
      ],
      [],
      '0-30:s0 30-61:s0+s1 61-100:s0',
    ],
    [
      'shorter than a frame',
      [
        ['a', 'regular', 0, 1000],
        ['b', 'regular', 500, 510],
      ],
      [],
      '0-10:s0',
    ],
  ])('%s', (_, specs, events, expected) => expect(show(plan(specs, events))).toBe(expected));

  it('leaves a peer out altogether', () => {
    const intervals = plan(
      [
        ['a', 'regular', 0, 4000],
        ['b', 'regular', 1000, 2000],
        ['b', 'screen', 1000, 2000],
      ],
      [joined(1000, 'b')],
      ['b'],
    );
    expect(show(intervals)).toBe('0-40:s0');
  });

  it('shows a name from when it is used', () => {
    const intervals = plan(
      [['a', 'regular', 0, 4000]],
      [joined(0, 'a', 'Ann'), { t: 2000, type: 'peer-renamed', peer_id: 'a', display_name: 'Anna' }],
    );
    expect(intervals.map(({ from, tiles }) => [from, tiles[0]?.name])).toEqual([
      [0, 'Ann'],
      [20, 'Anna'],
    ]);
  });

  it('knows names from the manifest where the timeline has none', () => {
    expect(plan([['a', 'regular', 0, 1000]])[0]?.tiles[0]?.name).toBe('name of a');
  });

  it('says who speaks, and keeps the last one in silence', () => {
    const session = sessionOf([['a', 'regular', 0, 4000]]);
    const events: TimelineEvent[] = [
      { t: 1000, type: 'active-speaker', peer_id: 'a' },
      { t: 3000, type: 'active-speaker', peer_id: null },
    ];
    const intervals = planIntervals(session, events, { startMs: 0, endMs: 4000 }, 10);
    expect(intervals.map(({ from, to, speakerId }) => [from, to, speakerId])).toEqual([
      [0, 10, null],
      [10, 40, 'a'],
    ]);
  });

  it.each([
    ['the first at once', [[0, 'a']], 'a@0'],
    [
      'a short word of another is no change',
      [
        [0, 'a'],
        [5000, 'b'],
        [6000, 'a'],
        [9000, 'a'],
      ],
      'a@0',
    ],
    [
      'nor is silence',
      [
        [0, 'a'],
        [2000, null],
        [4000, 'a'],
      ],
      'a@0',
    ],
    [
      'who goes on is shown from the beginning',
      [
        [0, 'a'],
        [5000, 'b'],
        [6500, 'a'],
      ],
      'a@0 b@5000 a@6500',
    ],
    [
      'several short ones leave the last steady one',
      [
        [0, 'a'],
        [5000, 'b'],
        [5900, 'c'],
        [6800, 'b'],
        [9000, 'c'],
      ],
      'a@0 b@6800 c@9000',
    ],
  ] satisfies [string, [number, string | null][], string][])('speaker: %s', (_what, given, expected) => {
    const events = given.map(([t, peer_id]): TimelineEvent => ({ t, type: 'active-speaker', peer_id }));
    expect(
      steadySpeakers(events)
        .map(({ t, peerId }) => `${peerId}@${t}`)
        .join(' '),
    ).toBe(expected);
  });
});

describe('planSegments', () => {
  it('covers every frame once, cut at the windows and at the ends of intervals', () => {
    const interval = (from: number, to: number): Interval => ({ from, to, tiles: [], speakerId: null });
    const windows = [
      { from: 0, to: 300 },
      { from: 300, to: 580 },
      { from: 580, to: 700 },
    ];
    const segments = planSegments([interval(7, 310), interval(310, 650)], windows);
    expect(segments.map(({ from, to }) => [from, to])).toEqual([
      [7, 300],
      [300, 310],
      [310, 580],
      [580, 650],
    ]);
  });
});
