import { Agent } from 'node:http';
import { mkdirSync, readdirSync, renameSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fuzzer, send, type Document, type FuzzRequest } from './support/api-fuzz.ts';
import { temporaryDir } from './support/recorder.ts';
import { curl, makeToken, startServer, type Server } from './support/server.ts';

const REQUESTS = 10_000;
const SEED = 20_260_101;
const AT_ONCE = 8;
/** Growth of the main process from the thousandth request to the last: caches of compiled code, not of requests. */
const MEMORY_TOLERANCE_BYTES = 80e6;

const ROOM = '61101349d0f56e684b608c08';
const SECRET = 'the secret of the bucket';
const SETTINGS = {
  api: { enabled: true, requests_per_minute: 1_000_000 },
  templates: [
    {
      id: 'classes',
      name: 'Classes',
      recording: {
        enabled: false,
        upload_info: { type: 's3', location: 'b', credentials: { key: 'k', secret: SECRET } },
      },
    },
  ],
  rooms: [
    { id: ROOM, name: 'Monday', template_id: 'classes', url: 'ws://127.0.0.1:1/?roomId=x', recording: 'disabled' },
  ],
};

let root = '';
let settings = '';
let server: Server;
let tokens: { read: string; control: string; admin: string };
let document: Document;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** Every file below the test's folder but Chromium's own. */
const files = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('profile'))
    .sort();

const resident = async (): Promise<number> => {
  const { body } = await curl([`${server.url}/metrics`], tokens.read);
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(body)?.[1]);
};

function restore(): void {
  writeFileSync(`${settings}.new`, JSON.stringify(SETTINGS));
  renameSync(`${settings}.new`, settings);
}

async function inParallel(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

beforeAll(async () => {
  root = temporaryDir('fuzz');
  const userData = join(root, 'profile');
  const library = join(root, 'library');
  mkdirSync(library);
  settings = join(root, 'settings.json');
  writeFileSync(settings, JSON.stringify(SETTINGS));
  const made = [];
  for (const scope of ['read', 'control', 'admin'] as const) made.push(await makeToken(scope, userData));
  const [read = '', control = '', admin = ''] = made;
  tokens = { read, control, admin };
  server = await startServer(['--settings', settings], { userData, library });
  document = JSON.parse((await curl([`${server.url}/v2/openapi.json`], read)).body) as Document;
}, 120_000);

afterAll(() => {
  agent.destroy();
  server.process.child.kill('SIGKILL');
});

/** What makes a request one that may change nothing, each in its turn. */
function unwelcome(request: FuzzRequest, i: number): FuzzRequest {
  const port = new URL(server.url).port;
  const with_ = (headers: Record<string, string>): FuzzRequest => ({
    ...request,
    headers: { ...request.headers, ...headers },
  });
  const admin = { authorization: `Bearer ${tokens.admin}` };
  const variants: (() => FuzzRequest)[] = [
    () => with_({}),
    () => with_({ authorization: 'Bearer rollcall_nonsense' }),
    () => with_({ authorization: `Basic ${Buffer.from(`x:${tokens.admin}`).toString('base64')}` }),
    () => ({ ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}token=${tokens.admin}` }),
    () => with_({ ...admin, host: `evil.example:${port}` }),
    () => with_({ ...admin, host: `127.0.0.1.evil.example:${port}` }),
    () => with_({ ...admin, host: '' }),
    () => with_({ ...admin, origin: 'https://evil.example' }),
    () => with_({ ...admin, origin: 'null' }),
    () => with_({ ...admin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
    () => with_({ authorization: `Bearer ${tokens.read}` }),
    () => with_({ authorization: `Bearer ${tokens.admin.slice(0, -1)}` }),
  ];
  return variants[i % variants.length]?.() ?? request;
}

test('ten thousand requests that do not fit: no 500, no file out of place, nothing changed without a valid token', async () => {
  const fuzzer = new Fuzzer(document, [ROOM, 'classes', `${ROOM}.composite`], SEED);
  const statuses = new Map<number, number>();
  const failures: unknown[] = [];
  const before = { files: files(root), settings: readFileSync(settings, 'utf8') };
  let atFirst = 0;

  const half = REQUESTS / 2;
  const note = (request: FuzzRequest, { status, body }: { status: number; body: string }): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 500 || body.includes(SECRET)) failures.push({ request, status, body });
    const isError = status >= 400 && request.method !== 'HEAD';
    if (isError && typeof (JSON.parse(body) as { code?: unknown }).code !== 'string') failures.push({ request, body });
  };
  await inParallel(half, async (i) => {
    const request = unwelcome(fuzzer.request(), i);
    const answer = await send(new URL(server.url), agent, request);
    note(request, answer);
    // A token that may only look may look.
    const looks = request.headers['authorization'] === `Bearer ${tokens.read}`;
    if (answer.status >= 200 && answer.status < 300 && !looks) failures.push({ request, answer });
    if (i === 1000) atFirst = await resident();
  });
  expect(failures.slice(0, 3)).toEqual([]);
  expect(files(root)).toEqual(before.files);
  expect(readFileSync(settings, 'utf8')).toBe(before.settings);

  await inParallel(half, async (i) => {
    // What they have changed or removed is put back now and then, so that there is something to hit.
    if (i % 250 === 0) restore();
    const request = fuzzer.request();
    request.headers['authorization'] = `Bearer ${fuzzer.chance(0.8) ? tokens.admin : tokens.control}`;
    note(request, await send(new URL(server.url), agent, request));
  });
  expect(failures.slice(0, 3)).toEqual([]);
  expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404, 413, 415]));
  // Admins' requests change the settings, and nothing else anywhere.
  expect(files(root)).toEqual(before.files);
  expect((await resident()) - atFirst).toBeLessThan(MEMORY_TOLERANCE_BYTES);
  expect((await curl([`${server.url}/healthz`], tokens.read)).status).toBe(200);
  expect(server.process.stderr()).not.toContain(SECRET);
  expect(await server.stop()).toBe(0);
});
