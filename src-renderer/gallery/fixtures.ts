import type { ExportView } from '../../src-main/contract/export.ts';
import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import type {
  AppSnapshot,
  DestinationView,
  RoomView,
  SessionDetail,
  SessionSummary,
  SummaryState,
} from '../../src-main/contract/ipc.ts';
import type { SessionLanes } from '../../src-main/contract/lanes.ts';
import type { PreflightResult } from '../../src-main/contract/preflight.ts';
import type { OutputPreviews } from '../../src-main/contract/previews.ts';
import type { ChatMessage, ChatView } from '../../src-main/contract/chat.ts';
import type { Note } from '../../src-main/contract/notes.ts';
import type { Settings } from '../../src-main/contract/settings.ts';
import type { LiveOutput, LivePeer, LiveRecording, LiveTrack } from '../../src-main/contract/live.ts';
import type { Session, SessionOutput, SessionUpload } from '../../src-main/contract/session.ts';

/** Sample data for the gallery: plausible, and with the long and odd names that real calls have. */

const hex = (length: number, seed: number): string =>
  Array.from({ length }, (_, index) => ((seed * 7 + index * 5 + ((seed * index) % 11)) % 16).toString(16)).join('');
export const uuid = (seed: number): string =>
  `${hex(8, seed)}-${hex(4, seed + 1)}-4${hex(3, seed + 2)}-8${hex(3, seed + 3)}-${hex(12, seed + 4)}`;

export const uploadError: ErrorRecord = {
  code: 'UPLOAD_CREDENTIALS',
  fault: 'destination',
  message: 'The bucket "class-recordings" refused the secret key.',
  remedy: 'Put the right secret into the template "Classes", then retry. The files are kept on this computer.',
  details: 'SignatureDoesNotMatch: The request signature we calculated does not match. RequestId 7F3A',
};

export const joinError: ErrorRecord = {
  code: 'JOIN_UNREACHABLE',
  fault: 'network',
  message: 'The server sfu.example.net did not answer on port 4443.',
  remedy: 'Check the link and the network, then record again.',
  details: 'connect ETIMEDOUT 203.0.113.7:4443',
};

const s3: DestinationView = {
  kind: 's3',
  scheme: 's3',
  location: 'class-recordings',
  prefix: 'spring',
  region: 'eu-west-1',
  endpoint: null,
  credentials: 'keys',
};
const hosted: DestinationView = {
  kind: 'hosted',
  scheme: 's3',
  location: 'rollcall',
  prefix: '',
  region: 'eu-west-1',
  endpoint: 's3.example.net',
  credentials: 'endpoint',
};

const room = (
  seed: number,
  name: string,
  over: Partial<RoomView>,
  effective: Partial<RoomView['effective']>,
): RoomView => ({
  id: hex(24, seed),
  name,
  url: `https://sfu.example.net/?roomId=${name.toLowerCase().replaceAll(' ', '-')}`,
  templateName: 'Classes',
  watched: false,
  recording: 'auto',
  webhook: null,
  ...over,
  effective: {
    records: true,
    reason: 'Auto: on, because template Classes is on.',
    delivery: 'Uploads to s3://class-recordings/spring.',
    destination: s3,
    ...effective,
  },
});

export const rooms: RoomView[] = [
  room(1, 'Monday stand-up', {}, {}),
  room(2, 'Class 9', {}, {}),
  room(
    3,
    'Board meeting',
    { recording: 'disabled' },
    {
      records: false,
      reason: 'Disabled: never records, whatever its template says.',
      delivery: 'Nothing is uploaded.',
    },
  ),
  room(
    4,
    'Design review',
    { recording: 'enabled', templateName: 'Meetings', watched: true },
    {
      reason: 'Enabled: always records, whatever its template says.',
      delivery: 'Uploads to hosted storage.',
      destination: hosted,
    },
  ),
  room(
    5,
    'Customer interviews with people from the northern region and their translators',
    { templateName: 'Meetings' },
    {
      records: false,
      reason: 'Auto: off, because template Meetings is off.',
      delivery: 'Nothing is uploaded.',
    },
  ),
];

export const snapshot: AppSnapshot = {
  version: '0.1.0',
  platform: 'linux',
  library: { dir: '/home/ada/Videos/Rollcall', freeBytes: 412_000_000_000, error: null, scanned: true },
  firstRun: false,
  uploadsHeld: null,
  retentionProblem: null,
  updates: { state: 'current', checkedAt: '2026-07-22T08:12:00.000Z' },
  settings: {
    recorder: { displayName: 'Ada’s recorder', consentText: 'This call is being recorded. Please say so if you mind.' },
    uploads: {
      paused: false,
      holdDuringCalls: true,
      onlyWhenIdle: false,
      onlyUnmetered: false,
      maxKilobytesPerSecond: null,
    },
    files: { layout: 'speaker', size: '1920x1080', loudnessLufs: -16, encoder: null, quality: null },
    retentionDays: 90,
    updatesUrl: 'https://downloads.example.net/rollcall/',
    hosted,
    webhook: { host: 'example.net', signed: true, headerNames: ['x-token'] },
    templates: [
      { id: 'classes', name: 'Classes', enabled: true, destination: s3, webhook: null, rooms: 3 },
      { id: 'meetings', name: 'Meetings', enabled: false, destination: hosted, webhook: null, rooms: 2 },
    ],
    rooms,
  },
};

export const pausedSnapshot: AppSnapshot = {
  ...snapshot,
  uploadsHeld: 'paused',
  settings: { ...snapshot.settings, uploads: { ...snapshot.settings.uploads, paused: true } },
};

export const keptSnapshot: AppSnapshot = {
  ...snapshot,
  retentionProblem: {
    code: 'UPLOAD_MISMATCH',
    fault: 'destination',
    message:
      's3://acme-recordings/2026/beam/61101349d0f56e684b608c08/20260721/Rec-1-1626898422000.mp4 is not there any more.',
    remedy: 'Look for what removes or changes objects in this bucket. The recording on this computer is kept.',
  },
};

export const exporting: ExportView = {
  sessionId: '1',
  name: 'Monday stand-up 2026-07-21.mp4',
  state: 'working',
  progress: 0.42,
  error: null,
};

export const emptySnapshot: AppSnapshot = {
  ...snapshot,
  settings: {
    hosted: null,
    webhook: null,
    templates: [],
    rooms: [],
    recorder: { displayName: '', consentText: '' },
    uploads: {
      paused: false,
      holdDuringCalls: false,
      onlyWhenIdle: false,
      onlyUnmetered: false,
      maxKilobytesPerSecond: null,
    },
    files: { layout: null, size: null, loudnessLufs: null, encoder: null, quality: null },
    retentionDays: null,
    updatesUrl: null,
  },
};

const audio = (seed: number, over: Partial<LiveTrack> = {}): LiveTrack => ({
  trackId: uuid(seed),
  kind: 'audio',
  codec: 'opus',
  paused: false,
  bytes: 4_100_000,
  bitrateBps: 41_000,
  fps: null,
  width: null,
  height: null,
  lostFrames: 0,
  level: 0.2,
  ...over,
});
const video = (seed: number, over: Partial<LiveTrack> = {}): LiveTrack => ({
  ...audio(seed),
  kind: 'video',
  codec: 'vp8',
  bytes: 246_000_000,
  bitrateBps: 1_480_000,
  fps: 30,
  width: 1280,
  height: 720,
  level: null,
  ...over,
});
const peer = (seed: number, displayName: string, streams: LivePeer['streams'], present = true): LivePeer => ({
  peerId: uuid(seed + 50),
  displayName,
  present,
  streams,
});

export const peers: LivePeer[] = [
  peer(1, 'Alice Okonkwo', [
    { streamId: uuid(11), type: 'regular', tracks: [audio(12, { level: 0.42 }), video(13)] },
    {
      streamId: uuid(14),
      type: 'screen',
      tracks: [video(15, { width: 1920, height: 1080, fps: 15, bitrateBps: 890_000 })],
    },
  ]),
  peer(2, 'Bob', [
    {
      streamId: uuid(21),
      type: 'regular',
      tracks: [
        audio(22, { paused: true, level: null }),
        video(23, { codec: 'h264', width: 640, height: 360, bitrateBps: 612_000 }),
      ],
    },
  ]),
  peer(3, 'चन्द्रा 🎧', [
    {
      streamId: uuid(31),
      type: 'regular',
      tracks: [audio(32, { level: 0.03 }), video(33, { lostFrames: 14, fps: 24 })],
    },
  ]),
  peer(4, 'Dr. Maximiliane Freifrau von Hohenstein-Kaltenbrunner (Vienna)', [
    { streamId: uuid(41), type: 'regular', tracks: [audio(42, { level: 0.01 }), video(43, { paused: true, fps: 0 })] },
  ]),
  peer(5, 'Erik', [{ streamId: uuid(51), type: 'audio', tracks: [audio(52, { level: 0 })] }]),
  peer(6, 'Fatima', [{ streamId: uuid(61), type: 'regular', tracks: [audio(62), video(63)] }], false),
];

const outputs = (states: [LiveOutput['state'], number][]): LiveOutput[] =>
  states.map(([state, progress], index) => ({
    outputId: index === 0 ? 'composite' : uuid(70 + index),
    kind: index === 0 ? 'composite' : 'stream',
    label:
      index === 0
        ? 'Whole meeting'
        : (['Alice Okonkwo', 'Alice Okonkwo · screen', 'Bob', 'चन्द्रा 🎧', 'Erik'][index - 1] ?? 'Fatima'),
    state,
    progress,
    sizeBytes: state === 'done' ? 212_000_000 + index * 9_000_000 : 0,
    error: null,
  }));

export const live: LiveRecording = {
  recordingId: hex(24, 9),
  phase: 'recording',
  roomName: 'Monday stand-up',
  roomId: hex(24, 1),
  sessionId: hex(24, 9),
  sessionDir: '/home/ada/Videos/Rollcall/x',
  elapsedMs: 2_537_000,
  capturedBytes: 1_912_000_000,
  diskFreeBytes: 82_000_000_000,
  peers,
  outputs: [],
  uploads: [],
  warnings: [],
  error: null,
};

export const liveFinalizing: LiveRecording = {
  ...live,
  phase: 'finalizing',
  outputs: outputs([
    ['running', 0.43],
    ['done', 1],
    ['done', 1],
    ['running', 0.88],
    ['pending', 0],
    ['pending', 0],
  ]),
};

const liveUpload = (output: LiveOutput, state: LiveRecording['uploads'][number]['state'], sent: number) => ({
  outputId: output.outputId,
  key: `spring/${hex(24, 1)}/20261122/${hex(24, 9)}/${output.outputId}.mp4`,
  state,
  sentBytes: Math.round(output.sizeBytes * sent),
  sizeBytes: output.sizeBytes,
  error: state === 'failed' ? uploadError : null,
  ...(state === 'uploading' ? { bytesPerS: 2_140_000, etaS: 258 } : {}),
});

const allDone = outputs([
  ['done', 1],
  ['done', 1],
  ['done', 1],
  ['done', 1],
  ['done', 1],
  ['done', 1],
]);
export const liveUploading: LiveRecording = {
  ...live,
  phase: 'uploading',
  outputs: allDone,
  uploads: allDone.map((output, index) =>
    liveUpload(output, index === 0 ? 'uploading' : index < 3 ? 'delivered' : index === 3 ? 'failed' : 'pending', 0.61),
  ),
};
export const liveDone: LiveRecording = {
  ...live,
  phase: 'done',
  outputs: allDone,
  uploads: allDone.map((output) => liveUpload(output, 'delivered', 1)),
};

const names = [
  'Alice Okonkwo',
  'Bob',
  'चन्द्रा 🎧',
  'Dr. Maximiliane Freifrau von Hohenstein-Kaltenbrunner',
  'Erik',
  'Fatima',
  'Grace',
  'Hiro',
];
const STATES: SummaryState[] = [
  'uploading',
  'delivered',
  'failed',
  'delivered',
  'waiting',
  'local',
  'interrupted',
  'broken',
  'finalizing',
  'delivered',
];

/** `count` sessions over as many days as they need, the latest first. */
export function sessions(count: number): Map<string, SessionSummary> {
  const now = Date.now();
  const entries = Array.from({ length: count }, (_, index): [string, SessionSummary] => {
    const state = STATES[index % STATES.length] ?? 'delivered';
    const people = state === 'broken' ? [] : names.slice(0, 1 + ((index * 3) % names.length));
    const id = (index + 1).toString(16).padStart(24, '0');
    return [
      id,
      {
        sessionId: id,
        roomId: hex(24, index % 5),
        roomName: state === 'broken' ? `Room ${hex(8, 3)}…` : (rooms[index % rooms.length]?.name ?? 'Room'),
        startedAt: new Date(now - index * 7.3 * 3_600_000 - 600_000).toISOString(),
        durationMs: state === 'broken' || state === 'interrupted' ? null : 540_000 + ((index * 1_237_000) % 5_000_000),
        people,
        state,
        sizeBytes:
          state === 'broken' || state === 'interrupted' ? 0 : 180_000_000 + ((index * 97_000_000) % 2_400_000_000),
        files: { done: state === 'finalizing' ? 3 : 5, failed: 0, total: 5 },
        uploads: {
          delivered: state === 'delivered' ? 5 : state === 'uploading' || state === 'failed' ? 2 : 0,
          failed: state === 'failed' ? 1 : 0,
          total: ['local', 'interrupted', 'broken', 'finalizing'].includes(state) ? 0 : 5,
        },
        error:
          state === 'failed'
            ? uploadError
            : state === 'broken'
              ? {
                  code: 'SESSION_INVALID',
                  fault: 'usage',
                  message: 'Its session file is not valid JSON.',
                  remedy: 'The recorded tracks are untouched. Put back a copy of session.json.',
                }
              : null,
      },
    ];
  });
  return new Map(entries);
}

const output = (seed: number, peerIndex: number | null, over: Partial<SessionOutput> = {}): SessionOutput => ({
  output_id: peerIndex === null ? 'composite' : uuid(seed),
  kind: peerIndex === null ? 'composite' : 'stream',
  stream_id: peerIndex === null ? null : uuid(seed),
  peer_id: peerIndex === null ? null : (peers[peerIndex]?.peerId ?? null),
  file: peerIndex === null ? 'Rec-sample-1626898422000.mp4' : `peer/${seed}.mp4`,
  state: 'done',
  start_ms: seed * 100,
  duration_ms: 2_537_000,
  size_bytes: 246_000_000,
  sha256: null,
  width: 1280,
  height: 720,
  error: null,
  ...over,
});

const fileOutputs = [
  output(0, null),
  output(81, 0),
  output(82, 0),
  output(83, 1),
  output(84, 2, { state: 'failed' }),
  output(85, 4),
];

const upload = (each: SessionOutput, state: SessionUpload['state']): SessionUpload => ({
  output_id: each.output_id,
  state,
  attempts: 2,
  multipart: null,
  error: state === 'failed' ? uploadError : null,
  receipt:
    state === 'delivered'
      ? {
          path: `s3://class-recordings/spring/${each.file}`,
          endpoint: null,
          key: `spring/${each.file}`,
          size_bytes: each.size_bytes,
          etag: '"9b2cf535f27731c974343645a3985328-12"',
          version_id: null,
          sha256: hex(64, 5),
          verified_at: new Date().toISOString(),
        }
      : null,
});

/** One session in full; `failed` has an upload that was refused. */
export function detail(summary: SessionSummary): SessionDetail {
  const session: Session = {
    schema_version: 1,
    app_version: '0.1.0',
    session_id: summary.sessionId,
    state: 'done',
    room: { id: summary.roomId, name: summary.roomName, url: 'https://sfu.example.net/?roomId=x' },
    start_date: '20261122',
    started_at: summary.startedAt,
    stopped_at: null,
    epoch_ms: 0,
    duration_ms: summary.durationMs,
    settings: {
      template_id: null,
      recording: 'auto',
      upload: true,
      composite: true,
      destination: { kind: 's3', location: 'b', prefix: '' },
    },
    peers: peers.map((each) => ({
      peer_id: each.peerId,
      display_name: each.displayName,
      device: null,
      segment: each.peerId,
      joined_ms: 0,
      left_ms: null,
    })),
    streams: [81, 82, 83, 84, 85].map((seed, index) => ({
      stream_id: uuid(seed),
      peer_id: peers[[0, 0, 1, 2, 4][index] ?? 0]?.peerId ?? '',
      type: index === 1 ? 'screen' : index === 4 ? 'audio' : 'regular',
      start_ms: 0,
      end_ms: 1,
      track_ids: [],
    })),
    tracks: [],
    outputs: fileOutputs,
    uploads: fileOutputs.map((each, index) =>
      upload(
        each,
        summary.state === 'delivered'
          ? 'delivered'
          : ((['uploading', 'delivered', 'pending', 'failed', 'waiting', 'delivered'] as const)[index] ?? 'pending'),
      ),
    ),
    webhooks: [],
    error: null,
  };
  const broken = summary.state === 'broken';
  return { summary, dir: '/home/ada/Videos/Rollcall/x', session: broken ? null : session, missing: [uuid(85)] };
}

const deliveries: Session['webhooks'] = fileOutputs.map((each, index) => ({
  id: `evt_${uuid(200 + index)}`,
  type: each.kind === 'composite' ? 'recording.success' : 'stream.recording.success',
  output_id: each.output_id,
  created_at: '2026-11-22T14:05:00Z',
  state: (['delivered', 'delivered', 'pending', 'failed', 'delivered', 'delivered'] as const)[index] ?? 'delivered',
  next_attempt_at: index === 2 ? '2026-11-22T15:05:00Z' : null,
  failure: null,
  attempts:
    index === 3
      ? [
          { at: '2026-11-22T14:05:10Z', status: null, excerpt: 'connect ECONNREFUSED 203.0.113.9:443' },
          {
            at: '2026-11-22T14:06:10Z',
            status: 410,
            excerpt: '{"error":"gone, this hook was switched off in October"}',
          },
        ]
      : [{ at: '2026-11-22T14:05:10Z', status: index === 2 ? 503 : 204, excerpt: '' }],
}));

/** A session with events for the webhook, some of which are not taken. */
export function detailWithWebhooks(summary: SessionSummary): SessionDetail {
  const whole = detail(summary);
  return { ...whole, session: whole.session === null ? null : { ...whole.session, webhooks: deliveries } };
}

const HOUR = 2_537_000;
const lane = (peerIndex: number, seed: number | null, over: Partial<SessionLanes['lanes'][number]> = {}) => ({
  laneId: seed === null ? uuid(peerIndex + 300) : uuid(seed),
  peerId: peers[peerIndex]?.peerId ?? '',
  name: peers[peerIndex]?.displayName ?? '',
  type: 'regular' as const,
  file:
    seed === null
      ? null
      : { outputId: uuid(seed), path: `peer/${seed}.mp4`, startMs: 0, durationMs: HOUR, hasPicture: true },
  presence: [[0, HOUR]] satisfies [number, number][],
  media: [0, HOUR] satisfies [number, number],
  spans: [],
  ...over,
});

/** Lanes with every kind of span that there is. */
export const lanes: SessionLanes = {
  durationMs: HOUR,
  lanes: [
    lane(0, 81, { spans: [{ fromMs: 1_200_000, toMs: 1_203_200, reason: 'reconnect' }] }),
    lane(0, 82, { type: 'screen', media: [700_000, 1_500_000] }),
    lane(1, 83, {
      spans: [
        { fromMs: 300_000, toMs: 620_000, reason: 'muted' },
        { fromMs: 400_000, toMs: 410_000, reason: 'loss' },
        { fromMs: 1_200_000, toMs: 1_203_200, reason: 'reconnect' },
        { fromMs: 1_700_000, toMs: 1_760_000, reason: 'stall' },
        { fromMs: 1_900_000, toMs: 2_300_000, reason: 'camera-off' },
      ],
    }),
    lane(2, 84, {
      file: null,
      presence: [
        [200_000, 900_000],
        [1_100_000, HOUR],
      ],
      media: [200_000, HOUR],
    }),
    lane(3, null, { type: null, media: [0, 0] }),
    lane(4, 85, { type: 'audio', media: [60_000, 2_400_000] }),
  ],
};

const said = (t: number, peer: number, display_name: string, text: string): ChatMessage => ({
  ...{ t, peer_id: uuid(300 + peer), display_name, text },
});
export const chat: ChatView = {
  messages: [
    said(12_000, 1, 'Ada Lovelace', 'Can everybody hear me?'),
    said(15_400, 2, 'Bob', 'Yes'),
    said(
      190_000,
      3,
      'Çelik Öztürk',
      'The slides: https://slides.example.net/2026/release-plan?view=presenter&from=chapter-two',
    ),
    said(1_205_000, 4, 'مريم', 'انقطع الاتصال للحظة'),
    said(
      1_403_500,
      1,
      'Ada Lovelace',
      'So we have it in writing: the release goes out on Thursday.\nBob tells the customers.',
    ),
  ],
  total: 5,
};

export const notes: Note[] = [
  { id: uuid(400), t_ms: 192_000, text: '', created_at: '2026-11-22T14:05:00Z' },
  { id: uuid(401), t_ms: 1_201_000, text: 'The connection was lost here; Bob says it was the router.', created_at: '' },
  { id: uuid(402), t_ms: 1_403_000, text: 'Decision: the release goes out on Thursday.', created_at: '' },
];

/** Settings with something in every field, secrets as dots. */
const DOTS = '••••••••';
export const settings: Settings = {
  hosted: {
    location: 'rollcall',
    prefix: '',
    options: { endpoint: 'https://s3.example.net', region: 'eu-west-1', force_path_style: true },
    credentials: { key: 'AKIDEXAMPLE', secret: DOTS },
  },
  webhook: { url: 'https://example.net/hook', headers: { 'x-token': DOTS, 'x-team': DOTS }, signing_secret: DOTS },
  templates: [
    {
      id: 'classes',
      name: 'Classes',
      recording: { enabled: true, upload_info: { type: 's3', location: 'class-recordings', prefix: 'spring' } },
    },
    { id: 'meetings', name: 'Meetings', recording: { enabled: false } },
  ],
  rooms: [
    {
      id: rooms[0]?.id ?? '',
      name: 'Monday stand-up',
      template_id: 'classes',
      url: 'https://sfu.example.net/?roomId=monday-stand-up',
      recording: 'auto',
    },
    {
      id: rooms[3]?.id ?? '',
      name: 'Design review',
      template_id: 'meetings',
      url: 'https://sfu.example.net/?roomId=design-review',
      recording: 'enabled',
      upload_info: { type: 's3', location: 'design', credentials: { key: 'AKIDEXAMPLE', secret: DOTS } },
      webhook: { url: 'https://example.net/design', headers: { 'x-token': DOTS } },
    },
  ],
};

export const preflight: PreflightResult[] = [
  { check: 'disk', state: 'ok', found: 'The disk of "/home/ada/Videos/Rollcall" takes 412 MB/s.', remedy: null },
  {
    check: 'encoder',
    state: 'warn',
    found: 'ffmpeg encodes 1.1 times as fast as a call runs (1280×720).',
    remedy:
      'Nothing is lost: recordings are complete, their files are ready some time after the call. Close other programs for more.',
  },
  { check: 'join', state: 'failed', found: joinError.message, remedy: joinError.remedy },
  { check: 'bucket', state: 'failed', found: uploadError.message, remedy: uploadError.remedy },
  {
    check: 'clock',
    state: 'skipped',
    found: 'There is no store whose clock this one could be compared with.',
    remedy: null,
  },
];

/** A waveform for each file: somebody who talks now and then. */
export const previews: ReadonlyMap<string, OutputPreviews> = new Map(
  ['composite', ...[81, 82, 83, 84, 85].map(uuid)].map((id, file) => [
    id,
    {
      durationMs: HOUR,
      posterUrl: null,
      sprites: null,
      peaks: {
        bucketMs: HOUR / 600,
        values: Array.from({ length: 600 }, (_, index) =>
          Math.sin(index / (17 + file * 5) + file * 2) > 0 ? Math.abs(Math.sin(index * 1.7 + file)) * 0.6 : 0.01,
        ),
      },
    },
  ]),
);
