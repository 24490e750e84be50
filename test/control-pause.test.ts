import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RollcallEvent } from '../src-main/contract/events.ts';
import { beepTimes, flashTimes, frameCounters, pairEvents } from './support/media-checks.ts';
import { makeClip } from './support/publisher/clip.ts';
import { clipOptions, startPublisher, TONES, type Publisher } from './support/publisher.ts';
import {
  EDGE_S,
  expectSeconds,
  inStay,
  isIn,
  person,
  readRecorded,
  spans,
  type Recorded,
  type Window,
} from './support/recorded.ts';
import { startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

/** Beep against flash: a frame at 30 fps and the signal's own. */
const SYNC_TOLERANCE_MS = 40;
const STOP_S = 19.5;

let sfu: Sfu;
let ana: Publisher;
let bo: Publisher;
let recorded: Recorded;
let events: RollcallEvent[];
const names: string[][] = [];
const sizes: number[] = [];
/** The first pause, seconds since Ana began. */
let pause: Window;

const trackBytes = async (dir: string): Promise<number> => {
  const files = (await readdir(join(dir, 'tracks'))).filter((name) => name.endsWith('.mkv'));
  const stats = await Promise.all(files.map((name) => stat(join(dir, 'tracks', name))));
  return stats.reduce((sum, { size }) => sum + size, 0);
};

beforeAll(async () => {
  sfu = await startSfu({ dialect: 'modern' });
  await Promise.all([makeClip(clipOptions(person(0, 60))), makeClip(clipOptions(person(1, 60)))]);
  const recorder = await startRecorder(sfu.url('pause'), ['--no-upload'], undefined, { stdin: true });
  await sfu.waitForPeers('pause', 1);
  ana = await startPublisher(sfu, 'pause', person(0, 60));
  // Bo's media are announced before Bo is.
  bo = await startPublisher(sfu, 'pause', { ...person(1, 60), announceLateMs: 1500 });
  const at = (seconds: number): Promise<void> => sleep(Math.max(0, ana.startedAt + seconds * 1000 - Date.now()));
  const { session_dir: dir } = await recorder.event('recording');
  await sfu.write('pause', 'bo', 'what the bot is told', 'bot');
  await sfu.write('pause', 'ana', '=1+1 is what, Bo?');
  await at(4.5);
  recorder.process.child.kill('SIGUSR2');
  const paused = await recorder.event('paused');
  // What is muted and switched off while nothing is recorded is so when it goes on.
  await at(6);
  sfu.rename('pause', 'ana', 'Ana Maria');
  names.push(sfu.displayNames('pause'));
  sizes.push(await trackBytes(dir));
  await sfu.write('pause', 'ana', 'this is off the record');
  await ana.pauseAudio();
  bo.closeVideo();
  await at(7.6);
  await bo.reopenVideo();
  await at(8.6);
  sizes.push(await trackBytes(dir));
  await at(9.5);
  recorder.process.child.stdin?.write('resume\n');
  const resumed = await recorder.event('resumed');
  await at(12.5);
  await ana.resumeAudio();
  names.push(sfu.displayNames('pause'));
  await sfu.write('pause', 'bo', Buffer.from('Zwei, "2" 👍'));
  // Stopped while it is paused again.
  await at(17.5);
  recorder.process.child.stdin?.write('pause\n');
  await recorder.event('paused', 2);
  await at(STOP_S);
  recorder.process.child.stdin?.write('stop\n');
  const result = await recorder.done();
  recorded = await readRecorded(result);
  events = result.events;
  const sinceAna = (t: number): number => (recorded.session.epoch_ms + t - ana.startedAt) / 1000;
  pause = [sinceAna(paused.t), sinceAna(resumed.t)];
  await Promise.all([ana.stop(), bo.stop()]);
}, 180_000);

afterAll(() => sfu.close());

test('what is sent in a pause is not written, and the others see by the name that nothing is recorded', () => {
  expect(recorded.code).toBe(0);
  expect(sizes[1]).toBe(sizes[0]);
  expect(names).toEqual([['Rollcall (recording paused)'], ['Rollcall (recording)']]);
  expect(events.filter(({ event }) => event === 'paused' || event === 'resumed').map(({ event }) => event)).toEqual([
    'paused',
    'resumed',
    'paused',
  ]);
});

test('everybody has the name that they were given last, also who was seen before being announced', () => {
  expect(recorded.session.peers.map(({ peer_id, display_name, device }) => [peer_id, display_name, device])).toEqual([
    ['ana', 'Ana Maria', 'FFmpeg 5'],
    ['bo', 'Bo', 'FFmpeg 5'],
  ]);
  expect(events.flatMap((event) => (event.event === 'peer-renamed' ? [event.display_name] : []))).toEqual([
    'Bo',
    'Ana Maria',
  ]);
});

test('the chat is kept, but for what was written in the pause', async () => {
  const dir = recorded.done.session_dir ?? '';
  const { messages } = JSON.parse(await readFile(join(dir, 'chat.json'), 'utf8')) as {
    messages: { display_name: string; text: string }[];
  };
  expect(messages.map(({ display_name, text }) => [display_name, text])).toEqual([
    ['Ana', '=1+1 is what, Bo?'],
    ['Bo', 'Zwei, "2" 👍'],
  ]);
  const table = await readFile(join(dir, 'chat.csv'), 'utf8');
  expect(table).toContain(`,Ana,ana,"'=1+1 is what, Bo?"\r\n`);
  expect(table).toContain(`,Bo,bo,"Zwei, ""2"" 👍"\r\n`);
  const kinds = recorded.session.outputs.map(({ kind, file, state }) => [kind === 'chat' ? file : kind, state]);
  expect(kinds).toContainEqual(['chat.csv', 'done']);
  expect(kinds).toContainEqual(['chat.json', 'done']);
});

test('one file per person, the pause marked on every track that it interrupted', () => {
  expect(recorded.done.streams.map(({ peer_id, type }) => `${peer_id} ${type}`).sort()).toEqual([
    'ana regular',
    'bo regular',
  ]);
  expect(spans(recorded, 'audio', 'ana').map(({ reason }) => reason)).toEqual(['paused', 'muted', 'paused']);
  expect(spans(recorded, 'video', 'ana').map(({ reason }) => reason)).toEqual(['paused', 'paused']);
  expect(spans(recorded, 'video', 'bo').map(({ reason }) => reason)).toEqual(['paused', 'paused']);
  const [first] = spans(recorded, 'video', 'ana');
  expect(recorded.session.pauses?.[0]).toEqual([first?.t, first?.end]);
  expect(recorded.session.pauses).toHaveLength(2);
});

test('silence and a card in the pause; sound and picture in sync after it', async () => {
  const { file, offsetS } = inStay(recorded, 'ana', ana.startedAt);
  const beeps = await beepTimes(file, TONES[0]);
  expectSeconds(beeps, offsetS, [1, 17], [[pause[0], 12.5]]);
  const frames = (await frameCounters(file)).map(({ timeS, counter }) => ({
    at: timeS - offsetS,
    counter,
  }));
  const wrong = frames.filter(({ at, counter }) => {
    if (isIn([[pause[0] + 0.1, pause[1] - 0.1]], at, 0)) return counter !== null;
    return at > 0.5 && at < 16.5 && !isIn([pause], at, EDGE_S) && counter === null;
  });
  expect(wrong).toEqual([]);
  const pairs = pairEvents(await flashTimes(file), beeps);
  expect(pairs.length).toBeGreaterThanOrEqual(6);
  expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
  const other = inStay(recorded, 'bo', bo.startedAt);
  const lead = (bo.startedAt - ana.startedAt) / 1000;
  const quiet: Window = [pause[0] - lead, pause[1] - lead];
  expectSeconds(await beepTimes(other.file, TONES[1]), other.offsetS, [1, 16.5 - lead], [quiet]);
});

test('the composite is silent and says so in the pause, and goes on in its place', async () => {
  const file = recorded.done.composite ?? '';
  const { start_ms } = recorded.session.outputs.find(({ kind }) => kind === 'composite') ?? { start_ms: NaN };
  const offsetS = (bo.startedAt - recorded.session.epoch_ms - start_ms) / 1000;
  const lead = (bo.startedAt - ana.startedAt) / 1000;
  const quiet: Window = [pause[0] - lead, pause[1] - lead];
  expectSeconds(await beepTimes(file, TONES[1]), offsetS, [1, 16.5 - lead], [quiet]);
});
