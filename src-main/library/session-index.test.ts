import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../contract/session.ts';
import { SessionIndex, type IndexChange } from './session-index.ts';

const ROOM = '61101349d0f56e684b608c08';
const id = (number: number): string => number.toString(16).padStart(24, '0');

let library: string;
let changes: IndexChange[];
let active: Set<string>;
let index: SessionIndex;

beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), 'rollcall-library-'));
  changes = [];
  active = new Set();
  index = new SessionIndex({
    library,
    isActive: (each) => active.has(each),
    onChange: (change) => changes.push(change),
  });
});
afterEach(() => rm(library, { recursive: true, force: true }));

const session = (number: number, over: Partial<Session> = {}): Session => ({
  schema_version: 1,
  app_version: '0.1.0',
  session_id: id(number),
  state: 'done',
  room: { id: ROOM, name: 'Monday', url: 'wss://sfu.example.net/?roomId=monday' },
  start_date: '20261122',
  started_at: `2026-11-22T10:00:0${number}.000Z`,
  stopped_at: null,
  epoch_ms: 0,
  duration_ms: 1000,
  settings: {
    template_id: null,
    recording: 'auto',
    upload: true,
    composite: true,
    destination: { kind: 'hosted', location: null, prefix: '' },
  },
  peers: [],
  streams: [],
  tracks: [],
  outputs: [],
  uploads: [],
  webhooks: [],
  error: null,
  ...over,
});

async function put(number: number, content: Session | string): Promise<string> {
  const dir = join(library, ROOM, '20261122', id(number));
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'session.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return dir;
}

it('lists sessions with the latest first, and leaves other folders alone', async () => {
  await put(1, session(1));
  await put(2, session(2));
  await mkdir(join(library, 'holiday pictures', '20261122', id(3)), { recursive: true });
  await index.refresh();
  expect(index.list().map((summary) => summary.sessionId)).toEqual([id(2), id(1)]);
  expect(index.scanned).toBe(true);
});

it('shows what cannot be read, and says why', async () => {
  await put(1, '{ "half": ');
  await put(2, JSON.stringify({ ...session(2), schema_version: 2 }));
  await mkdir(join(library, ROOM, '20261122', id(3)), { recursive: true });
  await index.refresh();
  const messages = Object.fromEntries(index.list().map((summary) => [summary.sessionId, summary.error?.message]));
  expect(index.list().every((summary) => summary.state === 'broken')).toBe(true);
  expect(messages[id(1)]).toMatch(/not valid JSON/);
  expect(messages[id(2)]).toMatch(/newer Rollcall/);
  expect(messages[id(3)]).toMatch(/is missing/);
});

it('reports only what changed since the last look', async () => {
  const dir = await put(1, session(1));
  await put(2, session(2));
  await index.refresh();
  changes.length = 0;
  await index.refresh();
  expect(changes).toEqual([]);
  await put(1, session(1, { room: { id: ROOM, name: 'Renamed Monday', url: '' } }));
  await rm(join(library, ROOM, '20261122', id(2)), { recursive: true });
  await index.refresh();
  expect(changes).toHaveLength(1);
  expect(changes[0]?.changed.map((summary) => summary.roomName)).toEqual(['Renamed Monday']);
  expect(changes[0]?.removed).toEqual([id(2)]);
  expect(index.dirOf(id(1))).toBe(dir);
  expect(index.dirOf(id(2))).toBeNull();
});

it('knows a session from its folder alone, and again when it stops being worked on', async () => {
  const dir = await put(4, session(4, { state: 'recording' }));
  active.add(id(4));
  await index.touch(dir);
  expect(changes.at(-1)?.changed[0]).toMatchObject({ sessionId: id(4), roomId: ROOM, state: 'recording' });
  active.clear();
  await index.touch(dir);
  expect(changes.at(-1)?.changed[0]?.state).toBe('interrupted');
});

it('finds a copied folder by its own name', async () => {
  const dir = await put(1, session(1));
  await cp(dir, join(library, ROOM, '20261122', id(9)), { recursive: true });
  await index.refresh();
  expect(
    index
      .list()
      .map((summary) => summary.sessionId)
      .sort(),
  ).toEqual([id(1), id(9)]);
});

it('tells in detail which files are gone', async () => {
  const output: Session['outputs'][number] = {
    output_id: 'composite',
    kind: 'composite',
    stream_id: null,
    peer_id: null,
    file: 'Rec-x-1.mp4',
    state: 'done',
    start_ms: 0,
    duration_ms: 1000,
    size_bytes: 10,
    sha256: null,
    width: 1280,
    height: 720,
    error: null,
  };
  const dir = await put(1, session(1, { outputs: [output] }));
  await index.refresh();
  expect((await index.detail(id(1))).missing).toEqual(['composite']);
  await writeFile(join(dir, output.file), 'x');
  expect((await index.detail(id(1))).missing).toEqual([]);
  await expect(index.detail(id(7))).rejects.toThrow(/no session/);
});

it('says so where the library cannot be read', async () => {
  index.setLibrary(join(library, 'gone'));
  await expect(index.refresh()).rejects.toThrow(/ENOENT/);
});
