import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importSessions } from './import-session.ts';

const ROOM = 'a'.repeat(24);
const ID = '0123456789abcdef01234567';
let folder: string;
let library: string;
const manifest = {
  schema_version: 1,
  app_version: '0.1.0',
  session_id: ID,
  state: 'done',
  room: { id: ROOM, name: 'Monday', url: 'ws://h/?roomId=m' },
  start_date: '20261122',
  started_at: '2026-11-22T10:00:00Z',
  stopped_at: null,
  epoch_ms: 0,
  duration_ms: 1000,
  settings: {
    ...{ template_id: null, recording: 'auto', upload: true, composite: true },
    destination: { kind: 'hosted', location: null, prefix: '' },
  },
  ...{ peers: [], streams: [], tracks: [], outputs: [], uploads: [], webhooks: [], error: null },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-import-'));
  library = join(folder, 'library');
  mkdirSync(join(folder, 'one', 'tracks'), { recursive: true });
  writeFileSync(join(folder, 'one', 'session.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'one', 'tracks', 'x.mkv'), 'media');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('copies a session to where its manifest says, and not twice', async () => {
  const target = join(library, ROOM, '20261122', ID);
  expect(await importSessions(join(folder, 'one'), library)).toEqual([{ sessionId: ID, dir: target }]);
  expect(existsSync(join(target, 'tracks', 'x.mkv'))).toBe(true);
  expect(readdirSync(join(library, ROOM, '20261122'))).toEqual([ID]);
  expect(await importSessions(join(folder, 'one'), library)).toMatchObject([{ why: 'it is in the library already' }]);
});

it('takes a whole tree, and says what is none', async () => {
  const tree = join(folder, 'tree');
  cpSync(join(folder, 'one'), join(tree, ROOM, '20261122', ID), { recursive: true });
  expect(await importSessions(tree, library)).toHaveLength(1);
  expect(await importSessions(join(folder, 'one', 'tracks'), library)).toMatchObject([{ skipped: 'tracks' }]);
  expect(await importSessions(join(folder, 'nowhere'), library)).toMatchObject([{ skipped: 'nowhere' }]);
});

it('does not follow links, and refuses a manifest that leads elsewhere', async () => {
  symlinkSync('/etc/passwd', join(folder, 'one', 'tracks', 'link.mkv'));
  await importSessions(join(folder, 'one'), library);
  expect(existsSync(join(library, ROOM, '20261122', ID, 'tracks', 'link.mkv'))).toBe(false);
  const evil = { ...manifest, session_id: 'f'.repeat(24), room: { ...manifest.room, id: '../../x' } };
  writeFileSync(join(folder, 'one', 'session.json'), JSON.stringify(evil));
  expect(await importSessions(join(folder, 'one'), library)).toMatchObject([{ skipped: 'one' }]);
});
