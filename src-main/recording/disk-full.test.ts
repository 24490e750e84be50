import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CaptureCommand, CaptureMessage } from '../contract/capture.ts';
import type { RollcallEvent } from '../contract/events.ts';
import { trackFile } from '../contract/ids.ts';
import { readManifest } from './manifest.ts';
import { SessionCapture } from './session-capture.ts';
import { readTimeline } from './timeline.ts';

const TRACK = '00000000-0000-4000-8000-000000000001';
const CHUNK_BYTES = 64 * 1024;
/** Mounting a disk of a few megabytes takes a Linux and its root. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

const capture = (library: string, openPage: ConstructorParameters<typeof SessionCapture>[1], events: RollcallEvent[]) =>
  new SessionCapture(
    {
      libraryDir: library,
      appVersion: '0',
      sessionId: 'a'.repeat(24),
      room: { id: 'b'.repeat(24), name: 'Monday', url: 'ws://h/?roomId=m' },
      settings: {
        template_id: null,
        recording: 'auto',
        upload: false,
        composite: true,
        destination: { kind: 'hosted', location: null, prefix: '' },
      },
      start: {
        ...{ type: 'start', signallingUrl: 'ws://h/?roomId=m', peerId: 'r', displayName: 'R', pausedDisplayName: 'R' },
        ...{ paused: false, begin: 'first-peer', epochMs: null, streams: [], keyFrameIntervalS: 10 },
      },
      maxDurationS: null,
      stopWhenEmptyS: null,
    },
    openPage,
    (event) => events.push(event),
  );

const chunkAt = (position: number): CaptureMessage => ({
  type: 'chunk',
  trackId: TRACK,
  position,
  data: new Uint8Array(CHUNK_BYTES).fill(position / CHUNK_BYTES),
});

/** A page that has joined and sends chunks as fast as they are taken. */
function busyPage(commands: CaptureCommand[]): ConstructorParameters<typeof SessionCapture>[1] {
  return (onMessage) => {
    let position = 0;
    const send = (): void => {
      onMessage(chunkAt(position));
      position += CHUNK_BYTES;
    };
    return Promise.resolve({
      post: (command) => {
        commands.push(command);
        if (command.type === 'start') {
          onMessage({ type: 'joined', atMs: Date.now(), peers: [] });
          onMessage({ type: 'epoch', epochMs: Date.now() });
          send();
        } else if (command.type === 'written') setImmediate(send);
      },
      close: () => undefined,
    });
  };
}

if (!canMount) test.skip('a full disk: not run, as only the root of a Linux can mount a small one', () => undefined);

test.runIf(canMount)(
  'a disk that is full ends the recording by that name; what was captured until then is kept',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rollcall-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', dir]);
    try {
      await writeFile(join(dir, 'others'), new Uint8Array(2 * 1024 * 1024));
      const commands: CaptureCommand[] = [];
      const events: RollcallEvent[] = [];
      const { error, manifest, unlock } = await capture(dir, busyPage(commands), events).run();
      expect(error).toMatchObject({ code: 'DISK_FULL', fault: 'disk' });
      expect(error?.message).toContain(TRACK);
      expect(error?.remedy).toMatch(/Free some space/);
      const session = manifest?.dir ?? '';
      const written = commands.findLast((command) => command.type === 'written')?.bytes ?? 0;
      expect(written).toBeGreaterThan(3 * 1024 * 1024);
      const bytes = await readFile(join(session, trackFile(TRACK)));
      expect(bytes.length).toBeGreaterThanOrEqual(written);
      for (let at = 0; at < written; at += CHUNK_BYTES) expect(bytes[at]).toBe((at / CHUNK_BYTES) % 256);
      expect((await readManifest(session)).session_id).toBe('a'.repeat(24));
      expect((await readTimeline(session))[0]?.type).toBe('session-started');
      await unlock();
      await rm(join(dir, 'others'));
      expect((await stat(session)).isDirectory()).toBe(true);
    } finally {
      execFileSync('umount', [dir]);
      await rm(dir, { recursive: true });
    }
  },
);
