import type { UiState } from '../state/store.ts';
import * as sample from './fixtures.ts';

const ready = <Value>(value: Value) => ({ state: 'ready', value }) as const;
const base: Partial<UiState> = { snapshot: ready(sample.snapshot), sessions: ready(sample.sessions(60)) };
const reviewOf = (state: string): Partial<UiState> => {
  const summary = [...sample.sessions(60).values()].find((each) => each.state === state);
  if (summary === undefined) return {};
  return {
    ...base,
    view: { screen: 'review', sessionId: summary.sessionId, outputId: null },
    detail: ready(sample.detail(summary)),
  };
};
const liveAs = (live: UiState['live'], over: Partial<UiState> = {}): Partial<UiState> => ({
  ...base,
  view: { screen: 'live' },
  live,
  ...over,
});

/** Every screen in every state that it can be in. */
export const SCENES: Record<string, Partial<UiState>> = {
  rooms: { ...base },
  'rooms-empty': { snapshot: ready(sample.emptySnapshot), sessions: ready(new Map()) },
  'rooms-loading': {},
  'rooms-error': { ...base, error: sample.joinError, link: 'https://sfu.example.net/?roomId=friday' },
  'rooms-no-match': { ...base, roomSearch: 'zebra' },
  'rooms-recording': { ...base, live: sample.live },
  'live-none': { ...base, view: { screen: 'live' } },
  'live-joining': liveAs({ ...sample.live, phase: 'joining', elapsedMs: 0, peers: [] }),
  'live-waiting': liveAs({ ...sample.live, phase: 'waiting-for-peers', elapsedMs: 0, capturedBytes: 0, peers: [] }),
  live: liveAs(sample.live),
  'live-warning': liveAs({
    ...sample.live,
    diskFreeBytes: 900_000_000,
    warnings: [{ code: 'RECONNECTING', message: 'The connection to the call was lost 4 s ago. Joining again…' }],
  }),
  'live-stop': liveAs(sample.live, { dialog: 'stop' }),
  'live-finalizing': liveAs(sample.liveFinalizing),
  'live-uploading': liveAs(sample.liveUploading),
  'live-done': liveAs(sample.liveDone),
  'live-failed': liveAs({
    ...sample.live,
    phase: 'failed',
    error: sample.joinError,
    peers: [],
    elapsedMs: 0,
    sessionId: null,
  }),
  library: { ...base, view: { screen: 'library' } },
  'library-5000': { ...base, sessions: ready(sample.sessions(5000)), view: { screen: 'library' } },
  'library-empty': { ...base, sessions: ready(new Map()), view: { screen: 'library' } },
  'library-loading': { snapshot: ready(sample.snapshot), view: { screen: 'library' } },
  'library-no-match': { ...base, librarySearch: 'zebra', view: { screen: 'library' } },
  'library-gone': {
    snapshot: ready({
      ...sample.snapshot,
      library: {
        ...sample.snapshot.library,
        freeBytes: null,
        error: {
          code: 'DISK_FAILED',
          fault: 'disk',
          message: 'The library "/media/ada/Archive/Rollcall" is not there.',
          remedy: 'Plug in its disk, or choose another folder.',
        },
      },
    }),
    sessions: ready(new Map()),
    view: { screen: 'library' },
  },
  'review-delivered': reviewOf('delivered'),
  'review-uploading': reviewOf('uploading'),
  'review-failed': reviewOf('failed'),
  'review-interrupted': reviewOf('interrupted'),
  'review-broken': reviewOf('broken'),
  settings: { ...base, view: { screen: 'settings' } },
  'settings-empty': { snapshot: ready(sample.emptySnapshot), view: { screen: 'settings' } },
  shortcuts: { ...base, dialog: 'shortcuts' },
  palette: { ...base, dialog: 'palette' },
};
