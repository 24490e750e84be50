import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compositeFile, peerSegment, streamFile } from '../src-main/contract/ids.ts';
import type { Session } from '../src-main/contract/session.ts';
import { readManifest, SessionManifest } from '../src-main/recording/manifest.ts';
import { runCommand, settingsFile } from './support/recorder.ts';
import { startSwift, type ObjectStore } from './support/swift.ts';
import { makeSession, STREAM_ID, type TestSession } from './upload-fixtures.ts';

/** Nobody listens there: a recording that may begin fails to join (3), one that may not is refused before (2). */
const URL = 'ws://127.0.0.1:9/?roomId=monday';
const ROOM_ID = '61101349d0f56e684b608c08';
const BUCKETS = { template: 'of-template', room: 'of-room', hosted: 'of-hosted', moved: 'of-moved' };

let store: ObjectStore;
let client: S3Client;
const sessions: TestSession[] = [];

beforeAll(async () => {
  store = await startSwift();
  client = new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const Bucket of Object.values(BUCKETS)) await client.send(new CreateBucketCommand({ Bucket }));
}, 180_000);

afterAll(async () => {
  client.destroy();
  await Promise.all([store.close(), ...sessions.map((session) => session.remove())]);
});

const place = (bucket: string, prefix = '') => ({
  location: bucket,
  prefix,
  options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
  credentials: { key: store.key, secret: store.secret },
});

interface Model {
  enabled: boolean;
  recording: 'auto' | 'enabled' | 'disabled';
  /** Buckets; null: no destination of its own. */
  template: string | null;
  room: string | null;
  hosted?: boolean;
  prefix?: string;
}

const model = ({ enabled, recording, template, room, hosted = true, prefix = '' }: Model): string =>
  settingsFile({
    ...(hosted ? { hosted: place(BUCKETS.hosted) } : {}),
    templates: [
      {
        id: 't',
        name: 'Classes',
        recording: { enabled, upload_info: template === null ? null : { type: 's3', ...place(template, prefix) } },
      },
    ],
    rooms: [
      {
        id: ROOM_ID,
        name: 'Monday',
        template_id: 't',
        url: URL,
        recording,
        upload_info: room === null ? null : { type: 's3', ...place(room) },
      },
    ],
  });

/** A finished session of the room on disk, as a recording leaves it before its uploads. */
async function recorded(change: (draft: Session) => void = () => undefined): Promise<TestSession> {
  const made = await makeSession({ composite: 2000, stream: 1000 });
  const session = structuredClone(made.handle.session) as Session;
  change(session);
  await SessionManifest.create(made.dir, session);
  sessions.push(made);
  return made;
}

const bucketsOf = async (dir: string): Promise<(string | null)[]> =>
  (await readManifest(dir)).uploads.map(({ receipt }) =>
    receipt === null ? null : new globalThis.URL(receipt.path).host,
  );

const upload = (dir: string, settings: string) => runCommand(['upload', dir, '--settings', settings]);

describe('the table of SPEC, through the command line', () => {
  test.each([
    ['auto', true, BUCKETS.template, 3, BUCKETS.template],
    ['auto', true, null, 3, BUCKETS.hosted],
    ['auto', false, BUCKETS.template, 2, BUCKETS.template],
    ['enabled', true, BUCKETS.template, 3, BUCKETS.room],
    ['enabled', false, BUCKETS.template, 3, BUCKETS.room],
    ['disabled', true, BUCKETS.template, 2, BUCKETS.room],
    ['disabled', false, BUCKETS.template, 2, BUCKETS.room],
  ] as const)('room %s, template enabled: %s, its bucket: %s', async (recording, enabled, template, code, bucket) => {
    const settings = model({ enabled, recording, template, room: BUCKETS.room });
    const joined = await runCommand(['record', URL, '--settings', settings]);
    expect(joined.code, joined.stderr).toBe(code);
    expect(joined.events).toMatchObject([
      { event: 'error', code: code === 2 ? 'RECORDING_DISABLED' : 'JOIN_UNREACHABLE' },
    ]);
    // A room that no longer records still sends what was recorded before.
    const { dir } = await recorded();
    expect((await upload(dir, settings)).code).toBe(0);
    expect(await bucketsOf(dir)).toEqual([bucket, bucket]);
  });

  test('an enabled room without a destination goes to hosted storage, and waits while there is none', async () => {
    const { dir } = await recorded();
    const without = { enabled: true, recording: 'enabled', template: BUCKETS.template, room: null } as const;
    const waiting = await upload(dir, model({ ...without, hosted: false }));
    expect(waiting.code).toBe(5);
    expect(waiting.events).toMatchObject([{ event: 'error', code: 'HOSTED_NOT_CONFIGURED' }]);
    expect((await upload(dir, model(without))).code).toBe(0);
    expect(await bucketsOf(dir)).toEqual([BUCKETS.hosted, BUCKETS.hosted]);
  });

  test("a template's destination that changes between failure and retry: the rest goes to the new one", async () => {
    const { dir } = await recorded();
    const auto = { enabled: true, recording: 'auto', room: null } as const;
    const first = model({ ...auto, template: BUCKETS.template });
    // The stream's file is damaged: the composite is delivered, the stream fails.
    const stream = join(dir, (await readManifest(dir)).outputs[0]?.file ?? '');
    const bytes = await readFile(stream);
    await writeFile(stream, 'damaged');
    expect((await upload(dir, first)).code).toBe(5);
    await writeFile(stream, bytes);
    // The template was disabled as well: what waits is sent all the same.
    expect((await upload(dir, model({ ...auto, enabled: false, template: BUCKETS.moved, prefix: 'new' }))).code).toBe(
      0,
    );
    const { uploads, state } = await readManifest(dir);
    expect(state).toBe('done');
    const paths = Object.fromEntries(uploads.map(({ output_id: id, receipt }) => [id, receipt?.path ?? '']));
    expect(paths['composite']).toMatch(`s3://${BUCKETS.template}/${ROOM_ID}/`);
    expect(paths[STREAM_ID]).toMatch(`s3://${BUCKETS.moved}/new/${ROOM_ID}/`);
    for (const path of Object.values(paths)) {
      const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(path) ?? [];
      await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    }
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('keys are exact for every prefix, and no peer id leaves its place', async () => {
  const peers = ['../../x', 'a b', 'p'.repeat(300), '👩‍🚀', '..', 'a/b', 'a b ', 'A b'];
  const prefixes = { '': '', a: 'a/', 'a/b/': 'a/b/', '/a//b': 'a/b/', 'Ünïcode/日本': 'Ünïcode/日本/' };
  const stored = async (): Promise<string[]> =>
    ((await client.send(new ListObjectsV2Command({ Bucket: BUCKETS.moved }))).Contents ?? []).map(
      ({ Key }) => Key ?? '',
    );
  const before = await stored();
  const expected: string[] = [];
  for (const [index, [prefix, written]] of Object.entries(prefixes).entries()) {
    const ids = index === 0 ? peers : [peers[index] ?? ''];
    for (const peerId of ids) {
      const segment = peerSegment(peerId, sha256);
      const made = await recorded((draft) => {
        draft.peers = [{ ...draft.peers[0]!, peer_id: peerId, segment }];
        draft.streams = draft.streams.map((stream) => ({ ...stream, peer_id: peerId }));
        // The file stays where it is; only its key follows from the peer's id.
        draft.outputs = draft.outputs.map((output) =>
          output.kind === 'stream' ? { ...output, peer_id: peerId } : output,
        );
      });
      const settings = model({ enabled: true, recording: 'auto', template: BUCKETS.moved, room: null, prefix });
      const { code, stderr } = await upload(made.dir, settings);
      expect(code, stderr).toBe(0);
      const { session_id: id, epoch_ms: epoch } = made.handle.session;
      const folder = `${written}${ROOM_ID}/20210721/${id}`;
      expected.push(`${folder}/${compositeFile(id, epoch)}`, `${folder}/${streamFile(segment, STREAM_ID)}`);
    }
  }
  expect((await stored()).filter((key) => !before.includes(key)).sort()).toEqual(expected.sort());
  const segments = peers.map((peerId) => peerSegment(peerId, sha256));
  expect(new Set(segments).size).toBe(peers.length);
  for (const segment of segments) expect(segment).toMatch(/^(?!\.+$)[^/\\]{1,255}$/);
}, 180_000);
