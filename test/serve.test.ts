import { setTimeout as sleep } from 'node:timers/promises';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionSchema, type Session } from '../src-main/contract/session.ts';
import { makeClip } from './support/publisher/clip.ts';
import {
  clipOptions,
  COLOURS,
  startPublisher,
  TONES,
  type Publisher,
  type PublisherOptions,
} from './support/publisher.ts';
import { settingsFile, startRecorder, temporaryDir } from './support/recorder.ts';
import { startServer } from './support/server.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

const ROOM = '61101349d0f56e684b608c08';
const OTHER = '61101349d0f56e684b608c09';
const LEFT_OUT = '61101349d0f56e684b608c0a';

let sfu: Sfu;

const PEOPLE: PublisherOptions[] = [0, 1, 2].map((i) => ({
  ...{ name: `Person ${i}`, colour: COLOURS[i] ?? '', toneHz: TONES[i] ?? 0, codec: 'vp8' },
  ...{ width: 320, height: 180, fps: 15, durationS: 45, bitrate: 200_000 },
}));

const person = (room: string, i: number): Promise<Publisher> => startPublisher(sfu, room, PEOPLE[i]!);

async function sessions(library: string): Promise<Session[]> {
  const names = (await readdir(library, { recursive: true })).filter((name) => name.endsWith('session.json'));
  const texts = await Promise.all(names.map((name) => readFile(join(library, name), 'utf8')));
  return texts.map((text) => sessionSchema.parse(JSON.parse(text))).sort((a, b) => a.epoch_ms - b.epoch_ms);
}

beforeAll(async () => {
  sfu = await startSfu({ dialect: 'modern' });
  for (const options of PEOPLE) await makeClip(clipOptions(options));
}, 240_000);
afterAll(() => sfu.close());

test('watched rooms are recorded when people come, again when they come back; a recorder beside it is left alone', async () => {
  const settings = settingsFile({
    templates: [
      {
        id: 't',
        name: 'Watched',
        recording: { enabled: true },
        control: { watch: true, stop_when_empty_seconds: 1 },
      },
    ],
    rooms: [
      { id: ROOM, name: 'One', template_id: 't', url: sfu.url('one') },
      { id: OTHER, name: 'Two', template_id: 't', url: sfu.url('two') },
      { id: LEFT_OUT, name: 'Three', template_id: 't', url: sfu.url('three'), control: { watch: false } },
    ],
  });
  const server = await startServer(['--settings', settings, '--max-recordings', '1'], {
    library: temporaryDir('library'),
  });
  await Promise.all([sfu.waitForPeers('one', 1), sfu.waitForPeers('two', 1)]);
  expect(sfu.joinedPeers('three')).toEqual([]);

  // The second room is beyond the budget while the first is recorded: refused with the reason, and joined when it can be.
  const first = await person('one', 0);
  await server.line({ event: 'recording', room_id: ROOM });
  const second = await person('two', 1);
  const refused = await server.line({ event: 'error', room_id: OTHER });
  expect(refused).toMatchObject({ code: 'OVER_BUDGET', message: expect.stringMatching(/1 recording is under way/) });

  // Another recorder in the same room and library, started by hand: two sessions, each whole.
  const beside = await startRecorder(
    sfu.url('one'),
    ['--settings', settings, '--stop-when-empty', '1', '--no-upload'],
    server.library,
  );
  await sfu.waitForPeers('one', 2);
  await sleep(4000);
  await first.stop();
  await server.line({ event: 'recording', room_id: OTHER });
  const { code, done } = await beside.done();
  expect(code).toBe(0);
  await sleep(2000);
  await second.stop();
  await server.line({ event: 'done' });

  // Watched again: the next meeting in the first room is another session.
  await sfu.waitForPeers('one', 1);
  const again = await person('one', 2);
  const until = Date.now() + 30_000;
  const ofRoom = (): Record<string, unknown>[] =>
    server.lines().filter(({ event, room_id }) => event === 'recording' && room_id === ROOM);
  while (ofRoom().length < 2 && Date.now() < until) await sleep(100);
  expect(ofRoom()).toHaveLength(2);
  await sleep(2000);

  // SIGTERM in the middle of it: the recording ends, its files are finished.
  expect(await server.stop()).toBe(0);
  await again.stop();
  const all = await sessions(server.library);
  expect(all.map(({ room }) => room.name)).toEqual(['One', 'One', 'Two', 'One']);
  for (const { outputs, tracks, session_id } of all) {
    expect(
      outputs.map(({ state }) => state),
      session_id,
    ).toEqual(['done', 'done']);
    expect(tracks.map(({ lost_frames }) => lost_frames)).toEqual([0, 0]);
  }
  expect(all.filter(({ session_id }) => done.session_dir?.endsWith(session_id))).toHaveLength(1);
  expect((await readdir(server.library, { recursive: true })).filter((name) => name.endsWith('.in-use'))).toEqual([]);
});
