import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLOURS, startPublisher, TONES } from './support/publisher.ts';
import { runCommand, settingsFile, startRecorder } from './support/recorder.ts';
import { startSfu, type Sfu } from './support/sfu.ts';

const ROOM_ID = '0123456789abcdef01234567';

describe('joining over TLS with a certificate that nobody signed', () => {
  let sfu: Sfu;
  beforeAll(async () => {
    sfu = await startSfu({ dialect: 'modern', tls: true });
  });
  afterAll(() => sfu.close());

  const pinned = (fingerprint: string): string =>
    settingsFile({
      rooms: [
        {
          id: ROOM_ID,
          name: 'Pinned',
          url: sfu.url('tls'),
          recording: 'enabled',
          certificate_fingerprint: fingerprint,
        },
      ],
    });

  test('is refused, with the line that would pin it', async () => {
    const { code, events } = await runCommand(['record', sfu.url('tls')]);
    expect(code).toBe(3);
    const error = events.find(({ event }) => event === 'error');
    expect(error).toMatchObject({ code: 'JOIN_CERTIFICATE' });
    expect(JSON.stringify(error).toUpperCase()).toContain(
      sfu.certificate?.fingerprint.toUpperCase() ?? 'no certificate',
    );
  });

  test('is refused where the room pins another one', async () => {
    const { code, events } = await runCommand(['record', sfu.url('tls'), '--settings', pinned('AB'.repeat(32))]);
    expect(code).toBe(3);
    expect(events).toContainEqual(expect.objectContaining({ code: 'JOIN_CERTIFICATE' }));
  });

  test('is accepted where the room pins it, and the call of the newer dialect is recorded', async () => {
    const settings = pinned(sfu.certificate?.fingerprint ?? '');
    const recorder = await startRecorder(sfu.url('tls'), [
      '--settings',
      settings,
      '--stop-when-empty',
      '0',
      '--no-upload',
      '--no-composite',
    ]);
    await sfu.waitForPeers('tls', 1);
    const publisher = await startPublisher(sfu, 'tls', {
      name: 'Ana',
      colour: COLOURS[0],
      toneHz: TONES[0],
      codec: 'vp8',
      width: 640,
      height: 360,
      fps: 30,
      durationS: 10,
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await publisher.stop();
    const { code, done } = await recorder.done();
    expect(code).toBe(0);
    expect(done.streams).toHaveLength(1);
    expect(done.streams[0]?.duration).toBeGreaterThan(2.5);
  });
});

describe('what cannot be joined says why', () => {
  test.each([
    ['nobody listens', 'ws://127.0.0.1:9/?roomId=r', 3, 'JOIN_UNREACHABLE'],
    ['no room named', 'ws://127.0.0.1:9/', 2, 'USAGE'],
    ['no link', 'hello', 2, 'USAGE'],
  ])('%s', async (_name, url, exitCode, errorCode) => {
    const { code, events } = await runCommand(['record', url]);
    expect(code).toBe(exitCode);
    expect(events).toEqual([
      expect.objectContaining({ event: 'error', code: errorCode, remedy: expect.any(String) as string }),
    ]);
  });

  test('a room in which nobody ever sends anything ends without a session', async () => {
    const sfu = await startSfu({ dialect: 'classic' });
    const recorder = await startRecorder(sfu.url('empty'), ['--no-upload']);
    await sfu.waitForPeers('empty', 1);
    recorder.process.child.kill('SIGINT');
    const { code } = await recorder.process.exited;
    expect(code).toBe(4);
    expect(recorder.events().map(({ event }) => event)).toEqual(['joined', 'error']);
    await sfu.close();
  });
});
