import { expect, it } from 'vitest';
import type { Session, SessionTrack } from '../contract/session.ts';
import type { TimelineEvent } from '../contract/timeline.ts';
import { planBadges, sliceSpans } from './badges.ts';

type Mic = [start: number, end: number, paused?: [number, number][]];

function plan(mics: Mic[], timeline: TimelineEvent[] = [], type = 'regular') {
  const tracks = mics.map(([start_ms, end_ms, paused = []]) => ({
    stream_id: 's',
    kind: 'audio',
    start_ms,
    end_ms,
    paused,
  }));
  const stream = { stream_id: 's', peer_id: 'a', type, start_ms: 0, end_ms: 10_000, track_ids: ['t'] };
  const session = { streams: [stream], tracks: tracks as unknown as SessionTrack[] } as unknown as Session;
  const badges = planBadges(session, timeline, { startMs: 0, endMs: 10_000 }, 10).get('s');
  const show = (spans: readonly (readonly [number, number])[] = []): string =>
    spans.map((span) => span.join('-')).join(' ');
  return { muted: show(badges?.muted), speaking: show(badges?.speaking), reconnecting: show(badges?.reconnecting) };
}

it.each<[string, Mic[], string]>([
  ['a microphone all the time', [[0, 10_000]], ''],
  ['no microphone', [], '0-100'],
  ['a mute', [[0, 10_000, [[2000, 5000]]]], '20-50'],
  ['a mute of an instant', [[0, 10_000, [[2000, 2300]]]], ''],
  [
    'two that nearly touch',
    [
      [
        0,
        10_000,
        [
          [2000, 3000],
          [3200, 4000],
        ],
      ],
    ],
    '20-40',
  ],
  [
    'off and on again as another producer',
    [
      [0, 3000],
      [6000, 10_000],
    ],
    '30-60',
  ],
  [
    'two microphones, one of them on',
    [
      [0, 10_000, [[0, 9000]]],
      [0, 8000],
    ],
    '80-90',
  ],
])('muted: %s', (_, mics, expected) => expect(plan(mics).muted).toBe(expected));

const speaker = (t: number, peer_id: string | null): TimelineEvent => ({ t, type: 'active-speaker', peer_id });
it.each<[string, TimelineEvent[], string]>([
  [
    'until somebody else does, or nobody',
    [speaker(1000, 'a'), speaker(3000, 'b'), speaker(5000, 'a'), speaker(6000, null)],
    '10-30 50-60',
  ],
  ['to the end', [speaker(9000, 'a')], '90-100'],
  ['a cough', [speaker(1000, 'a'), speaker(1200, null)], ''],
])('speaks: %s', (_, timeline, expected) => expect(plan([[0, 10_000]], timeline).speaking).toBe(expected));

it.each<[string, TimelineEvent[], string]>([
  [
    'the recorder’s connection',
    [
      { t: 2000, type: 'disconnected', what: 'ice' },
      { t: 5000, type: 'reconnected', what: 'ice', gap_ms: 3000 },
    ],
    '20-50',
  ],
  ['one that did not come back', [{ t: 2000, type: 'disconnected', what: 'capture' }], '20-100'],
  [
    'signalling alone',
    [
      { t: 2000, type: 'disconnected', what: 'signalling' },
      { t: 5000, type: 'reconnected', what: 'signalling', gap_ms: 3000 },
    ],
    '',
  ],
  ['the peer’s own', [{ t: 2000, type: 'span', track_id: 't', reason: 'reconnect', end: 4000 }], '20-40'],
  ['somebody else’s', [{ t: 2000, type: 'span', track_id: 'u', reason: 'reconnect', end: 4000 }], ''],
])('reconnecting: %s', (_, timeline, expected) => expect(plan([[0, 10_000]], timeline).reconnecting).toBe(expected));

it('gives a shared screen neither microphone nor voice', () => {
  expect(plan([], [speaker(1000, 'a')], 'screen')).toEqual({ muted: '', speaking: '', reconnecting: '' });
});

it('cuts spans to a segment, counted from its start', () => {
  expect(
    sliceSpans(
      [
        [0, 10],
        [20, 30],
        [45, 60],
      ],
      5,
      50,
    ),
  ).toEqual([
    [0, 5],
    [15, 25],
    [40, 45],
  ]);
  expect(sliceSpans([[0, 10]], 10, 20)).toEqual([]);
});
