import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createConfig, lint } from '@redocly/openapi-core';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AssetOut, RecordingOut } from '../src-main/contract/api-recordings.ts';
import type { RoomOut, TemplateOut } from '../src-main/contract/api-settings.ts';
import { makeClip } from './support/publisher/clip.ts';
import {
  clipOptions,
  COLOURS,
  startPublisher,
  TONES,
  type Publisher,
  type PublisherOptions,
} from './support/publisher.ts';
import { runCommand, settingsFile, temporaryDir } from './support/recorder.ts';
import { startS3Store, type S3Store } from './support/s3-store.ts';
import { curl, makeToken, startServer, type Server } from './support/server.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

const BUCKET = 'recordings';
const SECRET = 'never to be seen again';
/** Long enough for a slow machine to make a few seconds' files. */
const FILES_MS = 120_000;

let sfu: Sfu;
let store: S3Store;
let server: Server;
let settings = '';
let token = '';

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** One call by curl with the admin's token; the answer's JSON. */
async function api<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: T }> {
  const sent = body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
  const { status, body: text } = await curl(['-X', method, ...sent, `${server.url}${path}`], token);
  return { status, json: (text === '' ? null : JSON.parse(text)) as T };
}

const uploadInfo = (prefix: string) => ({
  type: 's3',
  location: BUCKET,
  prefix,
  options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
  credentials: { key: store.key, secret: store.secret },
});

const PEOPLE: PublisherOptions[] = [0, 1, 2].map((i) => ({
  ...{ name: `Person ${i}`, colour: COLOURS[i] ?? '', toneHz: TONES[i] ?? 0, codec: 'vp8' },
  ...{ width: 640, height: 360, fps: 30, durationS: 14, bitrate: 700_000 },
}));

const person = (room: string, i: number): Promise<Publisher> => startPublisher(sfu, room, PEOPLE[i]!);

async function recordingIn(id: string, ...statuses: string[]): Promise<RecordingOut> {
  const until = Date.now() + FILES_MS;
  for (;;) {
    const { json } = await api<RecordingOut>('GET', `/v2/recordings/${id}`);
    if (statuses.includes(json.status)) return json;
    if (json.status === 'failed' || Date.now() > until) throw new Error(JSON.stringify(json));
    await sleep(200);
  }
}

beforeAll(async () => {
  sfu = await startSfu({ dialect: 'classic' });
  // Beforehand and one by one: six at once would take longer than a call.
  for (const options of PEOPLE) await makeClip(clipOptions(options));
  store = await startS3Store({ buckets: [BUCKET] });
  const userData = temporaryDir('profile');
  settings = settingsFile({});
  token = await makeToken('admin', userData);
  server = await startServer(['--settings', settings, '--max-recordings', '2'], { userData });
}, 240_000);

afterAll(async () => {
  server.process.child.kill('SIGKILL');
  await Promise.all([sfu.close(), store.close()]);
});

describe('with curl alone', () => {
  let template: TemplateOut;
  let room: RoomOut;

  test('a template with a destination and a room; secrets go in and never come out', async () => {
    const made = await api<TemplateOut>('POST', '/v2/templates', {
      name: 'Classes',
      recording: { enabled: true, upload_info: uploadInfo('by-template') },
      webhook: { url: 'https://example.net/hook', headers: { 'x-token': SECRET }, signing_secret: SECRET },
    });
    expect(made.status).toBe(201);
    template = made.json;
    const url = sfu.url('curl');
    const { status, json } = await api<RoomOut>('POST', '/v2/rooms', {
      ...{ name: 'Monday', description: 'Algebra', template_id: template.id, url },
    });
    expect(status).toBe(201);
    room = json;
    expect(room).toMatchObject({ recording: 'auto', recording_info: null, effective: { records: true } });
    for (const path of ['/v2/templates', `/v2/templates/${template.id}`, '/v2/rooms', `/v2/rooms/${room.id}`]) {
      const { body } = await curl([`${server.url}${path}`], token);
      expect(body).not.toContain(store.secret);
      expect(body).not.toContain(SECRET);
    }
    // What the API keeps is what everything else uses: the settings file.
    const kept = JSON.parse(readFileSync(settings, 'utf8')) as { templates: { recording: { upload_info: unknown } }[] };
    expect(kept.templates[0]?.recording.upload_info).toEqual(uploadInfo('by-template'));
    // The webhook has done its part: it leads nowhere here.
    await api('POST', `/v2/templates/${template.id}`, { webhook: null });
  });

  test('a change that leaves the secret out keeps it', async () => {
    const { credentials: _credentials, ...without } = uploadInfo('by-template');
    const { status } = await api('POST', `/v2/templates/${template.id}`, { recording: { upload_info: without } });
    expect(status).toBe(200);
    expect(readFileSync(settings, 'utf8')).toContain(store.secret);
  });

  test('what is wrong is named', async () => {
    const wrong = await api('POST', '/v2/rooms', { name: '', url: 'nonsense', colour: 'red' });
    expect(wrong.status).toBe(400);
    expect((wrong.json['details'] as { field: string }[]).map(({ field }) => field)).toEqual(['name', 'colour']);
    expect((await api('POST', '/v2/rooms', { name: 'N', url: 'nonsense' })).json).toMatchObject({
      code: 'SETTINGS_INVALID',
      details: [{ field: 'url' }],
    });
    expect((await api('GET', '/v2/rooms/000000000000000000000000')).status).toBe(404);
    expect((await api('DELETE', `/v2/templates/${template.id}`)).status).toBe(400);
  });

  test('start, events, stop, assets, and a link that downloads the local file’s bytes', async () => {
    const events = spawn('curl', ['-sSN', '-H', `Authorization: Bearer ${token}`, `${server.url}/v2/events`]);
    let stream = '';
    events.stdout.setEncoding('utf8').on('data', (text: string) => (stream += text));

    const started = await api<RecordingOut>('POST', `/v2/recordings/room/${room.id}/start`, {
      ...{ resolution: { width: 640, height: 360 }, layout: 'speaker' },
    });
    expect(started.status).toBe(201);
    const { id } = started.json;
    expect((await api('POST', `/v2/recordings/room/${room.id}/start`)).json).toMatchObject({ code: 'ROOM_BUSY' });
    await sfu.waitForPeers('curl', 1);
    const publisher = await person('curl', 0);
    await recordingIn(id, 'running');
    await sleep(4000);
    expect((await api<{ data: RecordingOut[] }>('GET', '/v2/recordings?status=running')).json.data).toHaveLength(1);
    const active = await api<{ data: { peers: { name: string }[] }[] }>('GET', '/v2/sessions?active=true');
    expect(active.json.data[0]?.peers.map(({ name }) => name)).toEqual(['Person 0']);
    expect((await curl([`${server.url}/metrics`], token)).body).toMatch(/^rollcall_recordings\{status="running"\} 1$/m);

    expect((await api('POST', `/v2/recordings/room/${room.id}/stop`)).status).toBe(200);
    const over = await recordingIn(id, 'completed');
    await publisher.stop();
    expect(over).toMatchObject({ session_id: id, lost_frames: 0, assets: { total: 2, completed: 2 } });
    expect((await api('POST', `/v2/recordings/room/${room.id}/stop`)).status).toBe(404);

    const seen = stream
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as { event: string; recording_id: string; room_id: string });
    expect([...new Set(seen.map(({ event }) => event))]).toEqual(
      expect.arrayContaining(['joined', 'recording', 'stream-started', 'finalizing', 'output', 'upload', 'done']),
    );
    expect(seen.every((event) => event.recording_id === id && event.room_id === room.id)).toBe(true);
    events.kill();

    const list = await api<{ data: AssetOut[] }>('GET', `/v2/recording-assets?room_id=${room.id}&status=completed`);
    expect(list.json.data.map(({ type }) => type)).toEqual(['room-composite', 'stream']);
    const composite = list.json.data[0];
    expect(composite).toMatchObject({ session_id: id, resolution: { width: 640, height: 360 } });
    expect(composite?.path).toMatch(`s3://${BUCKET}/by-template/${room.id}/`);
    const link = await api<{ url: string }>(
      'GET',
      `/v2/recording-assets/${composite?.id}/presigned-url?presign_duration=60`,
    );
    expect(new URL(link.json.url).searchParams.get('X-Amz-Expires')).toBe('60');
    const download = join(temporaryDir('download'), 'composite.mp4');
    await curl(['-o', download, link.json.url]);
    const local = await readFile(composite?.file ?? '');
    expect(sha256(await readFile(download))).toBe(sha256(local));
    expect(sha256(local)).toBe(composite?.sha256);
  });

  test('auto follows the template; enabled and disabled are the room’s own', async () => {
    const effective = async (): Promise<RoomOut['effective']> =>
      (await api<RoomOut>('GET', `/v2/rooms/${room.id}`)).json.effective;
    const change = (body: object): Promise<unknown> => api('POST', `/v2/rooms/${room.id}`, body);
    const start = async (): Promise<unknown> =>
      (await api('POST', `/v2/recordings/room/${room.id}/start`)).json['code'];

    await api('POST', `/v2/templates/${template.id}`, { recording: { enabled: false } });
    expect(await effective()).toMatchObject({ records: false });
    expect(await start()).toBe('RECORDING_DISABLED');
    await change({ recording_info: { enabled: true } });
    expect(await effective()).toMatchObject({ records: true, destination: { kind: 'hosted', configured: false } });
    await change({ recording_info: { enabled: true, upload_info: uploadInfo('by-room') } });
    expect(await effective()).toMatchObject({ records: true, destination: { kind: 's3', prefix: 'by-room' } });
    await api('POST', `/v2/templates/${template.id}`, { recording: { enabled: true } });
    await change({ recording_info: { enabled: false } });
    expect(await effective()).toMatchObject({ records: false });
    expect(await start()).toBe('RECORDING_DISABLED');
    await change({ recording_info: null, enabled: false });
    expect(await effective()).toMatchObject({ records: false, destination: { prefix: 'by-template' } });
    await change({ enabled: true });
    expect(await effective()).toMatchObject({ records: true, destination: { kind: 's3', prefix: 'by-template' } });
  });
});

describe('the OpenAPI document', () => {
  let document = '';

  test('passes a linter', async () => {
    document = (await curl([`${server.url}/v2/openapi.json`], token)).body;
    const file = join(temporaryDir('openapi'), 'openapi.json');
    await writeFile(file, document);
    expect(await lint({ ref: file, config: await createConfig({ extends: ['recommended'] }) })).toEqual([]);
  });

  test('a client generated from it records two rooms of three people at once; a third is refused', async () => {
    const { files } = await generateApi({
      spec: JSON.parse(document),
      fileName: 'client.ts',
      output: false,
      silent: true,
      httpClientType: 'fetch',
      toJS: true,
    });
    const file = join(temporaryDir('client'), 'client.mjs');
    await writeFile(file, files.find(({ fileExtension }) => fileExtension === '.js')?.fileContent ?? '');
    const { Api } = (await import(pathToFileURL(file).href)) as { Api: new (options: object) => GeneratedClient };
    const client = new Api({
      baseUrl: server.url,
      baseApiParams: { headers: { authorization: `Bearer ${token}` }, format: 'json' },
    });

    const template = (await client.v2.createTemplate({ name: 'G', recording: { upload_info: uploadInfo('client') } }))
      .data;
    const makeRoom = async (name: string): Promise<RoomOut> =>
      (await client.v2.createRoom({ name, template_id: template.id, url: sfu.url(name) })).data;
    const rooms = await Promise.all(['one', 'two', 'three'].map(makeRoom));
    const [one, two, three] = rooms as [RoomOut, RoomOut, RoomOut];
    const started = await Promise.all([one, two].map(({ id }) => client.v2.startRecording(id)));
    const refused = await client.v2.startRecording(three.id).catch((error: { error: unknown }) => error);
    expect(refused).toMatchObject({
      status: 409,
      error: { code: 'OVER_BUDGET', message: expect.stringMatching(/2 recordings are under way/) as string },
    });
    await Promise.all([sfu.waitForPeers('one', 1), sfu.waitForPeers('two', 1)]);
    const people = await Promise.all([0, 1, 2].flatMap((i) => [person('one', i), person('two', i)]));
    await sleep(8000);
    await Promise.all(people.map((publisher) => publisher.stop()));
    await Promise.all([one, two].map(({ id }) => client.v2.stopRecording(id)));
    for (const { data } of started) {
      const { lost_frames, assets, peers } = await recordingIn(data.id, 'completed');
      expect({ lost_frames, assets, peers }).toEqual({
        ...{ lost_frames: 0, peers: 3, assets: { completed: 4, failed: 0, total: 4 } },
      });
      const session = (await client.v2.getSession(data.id)).data;
      expect(session.peers.map(({ name }) => name).sort()).toEqual(['Person 0', 'Person 1', 'Person 2']);
      const found = await client.v2.listRecordingAssets({ session_id: data.id, type: 'room-composite' });
      const [composite] = found.data.data;
      const { url } = (await client.v2.getPresignedUrl(composite?.id ?? '')).data;
      const downloaded = new Uint8Array(await (await fetch(url)).arrayBuffer());
      expect(sha256(downloaded)).toBe(composite?.sha256);
    }
    // No frame that was sent is missing: the senders' packets against what is in the tracks.
    expect((await client.v2.startRecording(three.id)).data.status).toMatch(/starting|waiting/);
  });
});

/** The part of the generated client that is used; its own types are made at run time. */
interface GeneratedClient {
  v2: {
    createTemplate(body: object): Promise<{ data: TemplateOut }>;
    createRoom(body: object): Promise<{ data: RoomOut }>;
    startRecording(roomId: string, body?: object): Promise<{ data: RecordingOut }>;
    stopRecording(roomId: string): Promise<{ data: RecordingOut }>;
    getSession(id: string): Promise<{ data: { peers: { name: string }[] } }>;
    listRecordingAssets(query: object): Promise<{ data: { data: AssetOut[] } }>;
    getPresignedUrl(id: string): Promise<{ data: { url: string } }>;
  };
}

test('SIGTERM ends the recordings, finishes their files and ends with 0; a revoked token is worthless', async () => {
  const [listed] = (await runTokens(['list', '--json'])).split('\n');
  const { id } = JSON.parse(listed ?? '') as { id: string };
  expect(listed).not.toContain(token);
  const running = await api<{ data: RecordingOut[] }>('GET', '/v2/recordings');
  const waiting = running.json.data[0];
  expect(waiting?.status).toMatch(/starting|waiting/);
  await runTokens(['revoke', id]);
  expect((await api('GET', '/v2/rooms')).status).toBe(401);
  expect(await server.stop()).toBe(0);
  const left = await runCommand(['recover', server.library]);
  expect(left.code).toBe(0);
});

async function runTokens(words: string[]): Promise<string> {
  const { startRollcall } = await import('../build/launch-electron.ts');
  const process = await startRollcall([`--user-data-dir=${server.userData}`, 'tokens', ...words]);
  await process.exited;
  return process.stdout();
}
