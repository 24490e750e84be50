import { createHash } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DoneEvent } from '../src-main/contract/events.ts';
import { sessionSchema, type Session } from '../src-main/contract/session.ts';
import {
  beepTimes,
  colourAt,
  colourDistance,
  COLOUR_TOLERANCE,
  decodeErrors,
  decodeSound,
  editLists,
  flashTimes,
  frameRateBreaks,
  isFastStart,
  pairEvents,
  parseColour,
  pictureFormats,
  probe,
  streamOf,
  toneEnvelope,
  within,
} from './support/media-checks.ts';
import { COLOUR_PATCH, COLOURS, TONES } from './support/publisher/pattern.ts';
import { makeClip } from './support/publisher/clip.ts';
import { clipOptions, startPublisher, type Publisher, type PublisherOptions } from './support/publisher.ts';
import { runCommand, settingsFile, startRecorder, temporaryDir } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';
import { startSwift, type ObjectStore } from './support/swift.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

/** A file's length against presence: what is asked of the product. Presence is known to the publisher's last packet. */
const LENGTH_TOLERANCE_S = 0.3;
/** Beep against flash in a stream's file: one frame of the picture (33 ms) and the signal's own. */
const SYNC_TOLERANCE_MS = 40;
/** Beeps in the composite against the sender's clock: start-up jitter of two processes on a busy machine. */
const MIX_TOLERANCE_S = 0.06;
const BUCKET = 'recordings';
const ROOM_ID = '61101349d0f56e684b608c08';

interface Cast extends PublisherOptions {
  joinsAtS: number;
  leavesAtS: number;
}

const CAST: Cast[] = [
  { name: 'Ana', codec: 'vp8', width: 1280, height: 720, joinsAtS: 0, leavesAtS: 17 },
  { name: 'Bo', codec: 'h264', width: 1920, height: 1080, joinsAtS: 4, leavesAtS: 13 },
  { name: 'Çelik', codec: 'vp8', width: 640, height: 360, joinsAtS: 8, leavesAtS: 20 },
].map((person, i) => ({
  ...person,
  codec: person.codec === 'h264' ? 'h264' : 'vp8',
  peerId: ['ana', 'b o', 'c/é'][i] ?? '',
  colour: COLOURS[i] ?? '',
  toneHz: TONES[i] ?? 0,
  fps: 30,
  durationS: 24,
}));

interface Attendance {
  cast: Cast;
  publisher: Publisher;
  stoppedAt: number;
}

/** Lets the cast join and leave by its times, counted from the first one's joining. */
async function perform(sfu: Sfu, roomId: string): Promise<Attendance[]> {
  const began = Date.now();
  const at = (seconds: number): Promise<void> => sleep(Math.max(0, began + seconds * 1000 - Date.now()));
  return Promise.all(
    CAST.map(async (cast) => {
      await at(cast.joinsAtS);
      const publisher = await startPublisher(sfu, roomId, cast);
      await at(cast.leavesAtS);
      const { stoppedAt } = await publisher.stop();
      return { cast, publisher, stoppedAt };
    }),
  );
}

let sfu: Sfu;
let store: ObjectStore;
let hook: WebhookReceiver;
let client: S3Client;
let settings = '';
let attendance: Attendance[] = [];
let done: DoneEvent;
let session: Session;
let code: number | null;

/**
 * The whole seconds of somebody's presence, at each of which there is a flash and a beep. Those in the first and last
 * moments are left out: until the SFU has a consumer it forwards nothing, and its set-up takes part of a second.
 */
const seconds = (presence: number): number[] =>
  Array.from({ length: Math.ceil(presence) }, (_, second) => second).filter(
    (second) => second >= LENGTH_TOLERANCE_S && second <= presence - LENGTH_TOLERANCE_S,
  );

const presenceS = ({ publisher, stoppedAt }: Attendance): number => (stoppedAt - publisher.startedAt) / 1000;
const fileOf = ({ cast }: Attendance): DoneEvent['streams'][number] => {
  const stream = done.streams.find(({ peer_id }) => peer_id === cast.peerId);
  if (!stream) throw new Error(`no stream of ${cast.name}`);
  return stream;
};

beforeAll(async () => {
  [sfu, store, hook] = await Promise.all([startSfu({ dialect: 'classic' }), startSwift(), startWebhookReceiver()]);
  client = new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.key, secretAccessKey: store.secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const url = sfu.url('meeting');
  // Beforehand: making one takes longer than a joining may.
  for (const cast of CAST) await makeClip(clipOptions(cast));
  settings = settingsFile({
    templates: [
      {
        id: 't',
        name: 'Meetings',
        recording: {
          enabled: true,
          upload_info: {
            type: 's3',
            location: BUCKET,
            prefix: '/test//prefix/',
            options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
            credentials: { key: store.key, secret: store.secret },
          },
        },
      },
    ],
    webhook: { url: hook.url, headers: { 'x-token': 'a secret' }, allow_private_network: true },
    rooms: [{ id: ROOM_ID, name: 'Meeting', template_id: 't', url, recording: 'auto' }],
  });
  const recorder = await startRecorder(url, ['--stop-when-empty', '2', '--settings', settings]);
  await sfu.waitForPeers('meeting', 1);
  attendance = await perform(sfu, 'meeting');
  ({ code, done } = await recorder.done());
  session = sessionSchema.parse(JSON.parse(await readFile(`${done.session_dir}/session.json`, 'utf8')));
}, 240_000);

afterAll(async () => {
  await Promise.all([sfu.close(), store.close(), hook.close()]);
});

describe('a call with three people who join and leave', () => {
  test('ends well, with a file per person and one of the meeting', () => {
    expect(code).toBe(0);
    expect(done.streams.map(({ peer_id, type }) => `${peer_id} ${type}`).sort()).toEqual([
      'ana regular',
      'b o regular',
      'c/é regular',
    ]);
    expect(done.composite).toMatch(/Rec-[0-9a-f]{24}-\d+\.mp4$/);
    expect(session).toMatchObject({ state: 'done', room: { id: ROOM_ID }, error: null });
  });

  test('every frame and packet that was sent is in the tracks', async () => {
    const { producers } = await sfu.stats();
    for (const track of session.tracks) {
      expect(track.lost_frames, track.peer_id).toBe(0);
      if (track.kind === 'video') continue;
      // One audio packet is one frame. The last ones may be on their way when the publisher is stopped.
      const sent = producers.find((producer) => producer.peerId === track.peer_id && producer.kind === 'audio');
      expect(track.frames).toBeGreaterThanOrEqual((sent?.packets ?? Infinity) - 2);
    }
  });

  test.each(CAST.map(({ name }, i) => [name, i] as const))('%s: length, flashes and beeps', async (_name, i) => {
    const person = attendance[i];
    if (!person) throw new Error('nobody');
    const { file, duration } = fileOf(person);
    const presence = presenceS(person);
    expect(Math.abs(duration - presence)).toBeLessThanOrEqual(LENGTH_TOLERANCE_S);

    const flashes = await flashTimes(file);
    const beeps = await beepTimes(file, person.cast.toneHz);
    const pairs = pairEvents(flashes, beeps);
    const expected = seconds(presence).length;
    expect(flashes.length).toBeGreaterThanOrEqual(expected);
    expect(beeps.length).toBeGreaterThanOrEqual(expected);
    expect(pairs.length).toBeGreaterThanOrEqual(expected);
    expect(Math.max(...pairs.map(({ offsetMs }) => Math.abs(offsetMs)))).toBeLessThanOrEqual(SYNC_TOLERANCE_MS);
  });

  test('the files are what every player plays', async () => {
    for (const file of [...done.streams.map((stream) => stream.file), done.composite ?? '']) {
      const probed = await probe(file);
      const [video, audio] = [streamOf(probed, 'video'), streamOf(probed, 'audio')];
      expect(video).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p' });
      expect(audio).toMatchObject({ codec_name: 'aac', sample_rate: 48_000 });
      expect(await pictureFormats(file)).toHaveLength(1);
      expect(await frameRateBreaks(file, 30)).toEqual([]);
      expect(await isFastStart(file)).toBe(true);
      expect(await decodeErrors(file)).toBe('');
      for (const { start_time } of [video, audio]) expect(Math.abs(start_time)).toBeLessThanOrEqual(0.001);
      // At most one edit a track, and none that delays it: players that ignore edit lists stay in sync too.
      for (const edits of await editLists(file)) expect(edits.length).toBeLessThanOrEqual(1);
    }
  });

  test('the composite lasts as long as the meeting and has each beep at its time', async () => {
    const composite = done.composite ?? '';
    const meetingStart = Math.min(...attendance.map(({ publisher }) => publisher.startedAt));
    const meetingEnd = Math.max(...attendance.map(({ stoppedAt }) => stoppedAt));
    const { duration } = (await probe(composite)).format;
    expect(Math.abs(duration - (meetingEnd - meetingStart) / 1000)).toBeLessThanOrEqual(LENGTH_TOLERANCE_S);
    for (const person of attendance) {
      const offsetS = (person.publisher.startedAt - meetingStart) / 1000;
      const beeps = await beepTimes(composite, person.cast.toneHz);
      for (const time of seconds(presenceS(person)).map((second) => offsetS + second)) {
        const nearest = Math.min(...beeps.map((beep) => Math.abs(beep - time)));
        expect(nearest, `${person.cast.name} at ${time.toFixed(2)} s`).toBeLessThanOrEqual(MIX_TOLERANCE_S);
      }
    }
  });

  test('each person has a tile of their own while present, and only then', async () => {
    const composite = done.composite ?? '';
    const meetingStart = Math.min(...attendance.map(({ publisher }) => publisher.startedAt));
    // About the middle of each stretch with the same people.
    const changes = attendance
      .flatMap(({ publisher, stoppedAt }) => [publisher.startedAt, stoppedAt])
      .map((at) => (at - meetingStart) / 1000)
      .sort((a, b) => a - b);
    for (let i = 0; i + 1 < changes.length; i += 1) {
      const time = clearOfFlashes(((changes[i] ?? 0) + (changes[i + 1] ?? 0)) / 2, meetingStart);
      const present = attendance.filter(({ publisher, stoppedAt }) => {
        const [from, to] = [publisher.startedAt, stoppedAt].map((at) => (at - meetingStart) / 1000);
        return (from ?? 0) < time && time < (to ?? 0);
      });
      const seen = await Promise.all(CAST.map(({ colour }) => hasTile(composite, time, colour)));
      const names = CAST.filter((_, index) => seen[index]).map(({ name }) => name);
      expect(names, `at ${time.toFixed(2)} s`).toEqual(
        CAST.filter(({ name }) => present.some(({ cast }) => cast.name === name)).map(({ name }) => name),
      );
    }
  });

  test('objects are in the bucket at exactly their keys, byte for byte', async () => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const folder = `test/prefix/${ROOM_ID}/${session.start_date}/${session.session_id}`;
    const dir = done.session_dir ?? '';
    const files = [...done.streams.map(({ file }) => file), done.composite ?? ''];
    expect(Contents.map(({ Key }) => Key).sort()).toEqual(
      files.map((file) => `${folder}/${relative(dir, file)}`).sort(),
    );
    for (const file of files) {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: BUCKET, Key: `${folder}/${relative(dir, file)}` }),
      );
      expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(await readFile(file)));
    }
    expect(done.uploads).toHaveLength(4);
    expect(done.uploads.every(({ state, etag }) => state === 'delivered' && etag !== null)).toBe(true);
  });

  test('the webhook is told of each file, with a link that works', async () => {
    const bodies = (await hook.waitFor(4)).map(
      ({ json }) => json as { type: string; data: { recording_presigned_url: string; size: number } },
    );
    expect(bodies.map(({ type }) => type).sort()).toEqual([
      'recording.success',
      ...Array.from({ length: 3 }, () => 'stream.recording.success'),
    ]);
    for (const { data } of bodies) {
      const response = await fetch(data.recording_presigned_url);
      expect((await response.arrayBuffer()).byteLength).toBe(data.size);
    }
    expect(hook.requests.every(({ headers }) => headers['x-token'] === 'a secret')).toBe(true);
  });

  test('"verify" finds all well, does not vouch for what it cannot check, and sees what was changed', async () => {
    const dir = done.session_dir ?? '';
    const verified = await runCommand(['verify', dir, '--settings', settings]);
    expect(verified.code).toBe(0);
    expect(verified.stderr).toMatch(/✓ \d+ files on disk and \d+ objects in the storage are as session\.json says\./);
    // Without the settings file there are no keys to ask the store with.
    expect((await runCommand(['verify', dir])).code).toBe(5);
    const copy = join(temporaryDir('copy'), 'session');
    await cp(dir, copy, { recursive: true });
    const victim = join(copy, relative(dir, done.streams[0]?.file ?? ''));
    const bytes = await readFile(victim);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    await writeFile(victim, bytes);
    const { code: changed, events } = await runCommand(['verify', copy, '--settings', settings]);
    expect(changed).toBe(4);
    expect(events).toContainEqual(
      expect.objectContaining({ code: 'VERIFY', message: expect.stringContaining('SHA-256') }),
    );
  });

  test('a failed upload keeps everything, and "upload" sends what is missing', async () => {
    const copy = join(temporaryDir('copy'), 'session');
    await cp(done.session_dir ?? '', copy, { recursive: true });
    const manifest = JSON.parse(await readFile(join(copy, 'session.json'), 'utf8')) as Session;
    await writeFile(join(copy, 'session.json'), JSON.stringify({ ...manifest, uploads: [], webhooks: [] }));
    const wrong = (await readFile(settings, 'utf8'))
      .replace(`"secret":"${store.secret}"`, '"secret":"mistyped"')
      .replace('/test//prefix/', 'second');
    const mended = wrong.replace('"secret":"mistyped"', `"secret":"${store.secret}"`);
    const [wrongFile, mendedFile] = [wrong, mended].map((text) => settingsFile(JSON.parse(text) as object));
    const failed = await runCommand(['upload', copy, '--settings', wrongFile ?? '']);
    expect(failed.code).toBe(5);
    expect(failed.events).toContainEqual(
      expect.objectContaining({ event: 'error', fault: 'destination', message: expect.stringContaining(BUCKET) }),
    );
    expect(JSON.stringify(failed.events)).not.toContain('mistyped');
    const retried = await runCommand(['upload', copy, '--settings', mendedFile ?? '']);
    expect(retried.code).toBe(0);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'second/' }));
    expect(Contents).toHaveLength(4);
  });

  test('"compose" makes another picture of it, without a person, and leaves the session alone', async () => {
    const dir = done.session_dir ?? '';
    const out = join(temporaryDir('compose'), 'other.mp4');
    const before = await readFile(join(dir, 'session.json'));
    const { code: composed } = await runCommand([
      'compose',
      dir,
      '--size',
      '640x360',
      '--without-peer',
      'ana',
      '--out',
      out,
    ]);
    expect(composed).toBe(0);
    expect(streamOf(await probe(out), 'video')).toMatchObject({ width: 640, height: 360 });
    const sound = await decodeSound(out);
    const loudest = (hz: number): number => toneEnvelope(sound, hz).reduce((most, level) => Math.max(most, level), 0);
    // What the others' sharp onsets leave at her frequency is more than 20 dB below a beep.
    expect(loudest(CAST[0]?.toneHz ?? 0)).toBeLessThan(0.1 * loudest(CAST[1]?.toneHz ?? 0));
    expect((await beepTimes(out, CAST[1]?.toneHz ?? 0)).length).toBeGreaterThan(5);
    expect(await readFile(join(dir, 'session.json'))).toEqual(before);
    expect((await runCommand(['compose', dir, '--without-peer', 'nobody'])).code).toBe(2);
  });

  test('"compose --pad" makes every file as long as the meeting, with all that it has at its place', async () => {
    const dir = done.session_dir ?? '';
    const out = temporaryDir('padded');
    const { code: padded, events } = await runCommand(['compose', dir, '--pad', '--out', out]);
    expect(padded).toBe(0);
    const last = events.at(-1);
    const streams = last?.event === 'done' ? last.streams : [];
    expect(streams.map(({ peer_id }) => peer_id).sort()).toEqual(CAST.map(({ peerId }) => peerId).sort());
    const endS = Math.max(...session.streams.map(({ end_ms }) => end_ms)) / 1000;
    for (const person of attendance) {
      const { file = '', duration = NaN } = streams.find(({ peer_id }) => peer_id === person.cast.peerId) ?? {};
      expect(Math.abs(duration - endS)).toBeLessThanOrEqual(LENGTH_TOLERANCE_S);
      const beganS = (person.publisher.startedAt - session.epoch_ms) / 1000;
      const [flashes, beeps] = [await flashTimes(file), await beepTimes(file, person.cast.toneHz)];
      for (const time of seconds(presenceS(person)).map((second) => beganS + second)) {
        for (const events of [flashes, beeps]) {
          expect(Math.min(...events.map((event) => Math.abs(event - time)))).toBeLessThanOrEqual(MIX_TOLERANCE_S);
        }
      }
      expect(beeps.filter((time) => time < beganS - 0.5)).toEqual([]);
    }
    expect((await runCommand(['compose', dir, '--pad', '--layout', 'grid'])).code).toBe(2);
  });

  test('"recover" makes files again that are gone, from the tracks and the timeline alone', async () => {
    const copy = join(temporaryDir('copy'), 'session');
    await cp(done.session_dir ?? '', copy, { recursive: true });
    for (const output of session.outputs) await rm(join(copy, output.file));
    // As a kill in the middle of the call leaves it: no track was closed, the manifest knows of nothing.
    const manifest = JSON.parse(await readFile(join(copy, 'session.json'), 'utf8')) as Session;
    const empty = {
      state: 'recording',
      stopped_at: null,
      duration_ms: null,
      peers: [],
      streams: [],
      tracks: [],
      outputs: [],
      uploads: [],
      webhooks: [],
    };
    await writeFile(join(copy, 'session.json'), JSON.stringify({ ...manifest, ...empty }));
    const timeline = await readFile(join(copy, 'timeline.ndjson'), 'utf8');
    await writeFile(
      join(copy, 'timeline.ndjson'),
      timeline
        .split('\n')
        .filter((line) => !/"track-closed"|"session-stopped"/.test(line))
        .join('\n'),
    );
    const { code: recovered, events, stderr } = await runCommand(['recover', copy]);
    expect(recovered).toBe(0);
    expect(stderr).toMatch(/✓ 1 session looked at: \d+ files made\./);
    expect((await runCommand(['recover', copy])).stderr).toContain('✓ 1 session looked at: no file was missing.');
    const again = events.at(-1) as DoneEvent;
    for (const { peer_id, duration } of done.streams) {
      const stream = again.streams.find((candidate) => candidate.peer_id === peer_id);
      // Without the track's last word its last frame counts as a point in time.
      expect(Math.abs((stream?.duration ?? 0) - duration)).toBeLessThanOrEqual(0.07);
    }
    expect(again.composite).not.toBeNull();
  });
});

/** A time near `timeS` at which nobody's flash covers their colour. */
function clearOfFlashes(timeS: number, meetingStart: number): number {
  const offsets = attendance.map(({ publisher }) => (publisher.startedAt - meetingStart) / 1000);
  const isClear = (time: number): boolean =>
    offsets.every((offset) => (((time - offset) % 1) + 1) % 1 > 0.2 && (((time - offset) % 1) + 1) % 1 < 0.9);
  const tries = Array.from({ length: 40 }, (_, i) => timeS + (i % 2 === 0 ? 1 : -1) * Math.floor(i / 2) * 0.04);
  return tries.find(isClear) ?? timeS;
}

/** Whether the peer's colour fills a patch anywhere in the picture, as it does in its tile. */
async function hasTile(file: string, timeS: number, colour: string): Promise<boolean> {
  const wanted = parseColour(colour);
  // Tiles of up to three people in a grid: whole, halves and quarters, a little inside.
  const tiles = [
    { x: 0, y: 0, width: 1, height: 1 },
    ...[0, 0.5].map((x) => ({ x, y: 0.25, width: 0.5, height: 0.5 })),
    ...[0, 0.5].map((x) => ({ x, y: 0, width: 0.5, height: 0.5 })),
    ...[0, 0.25, 0.5].map((x) => ({ x, y: 0.5, width: 0.5, height: 0.5 })),
  ];
  const patch = {
    ...COLOUR_PATCH,
    x: COLOUR_PATCH.x + 0.04,
    width: COLOUR_PATCH.width - 0.08,
    y: COLOUR_PATCH.y + 0.1,
    height: COLOUR_PATCH.height - 0.2,
  };
  for (const tile of tiles) {
    if (colourDistance(await colourAt(file, timeS, within(tile, patch)), wanted) <= COLOUR_TOLERANCE) return true;
  }
  return false;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a disabled room is refused before joining, with the reason', async () => {
  const url = sfu.url('closed');
  const closed = settingsFile({
    templates: [{ id: 't', name: 'Meetings', recording: { enabled: true } }],
    rooms: [{ id: ROOM_ID, name: 'Closed', template_id: 't', url, recording: 'disabled' }],
  });
  const { code: refused, events } = await runCommand(['record', url, '--settings', closed]);
  expect(refused).toBe(2);
  expect(events).toMatchObject([
    { event: 'error', code: 'RECORDING_DISABLED', message: expect.stringContaining('Closed') },
  ]);
});
