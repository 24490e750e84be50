import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from '../src-main/contract/session.ts';
import { hashFile, makeFiles } from '../src-main/finish.ts';
import { SessionManifest } from '../src-main/recording/manifest.ts';
import { FakeCards, ffmpeg, person, sh, tempDir } from './media-fixtures.ts';
import { PlayedCall } from './played-call.ts';
import { decodeErrors } from './support/media-checks.ts';
import { killIfAlive } from './support/processes.ts';
import { seededRandom } from './support/random.ts';

let dir = '';
let remove = async (): Promise<void> => undefined;
beforeEach(async () => ({ dir, remove } = await tempDir()));
afterEach(() => remove());

const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));

/** What is seen and heard of a session's files: decoded, as another run's headers may have another date. */
async function contents(to: string, session: Readonly<Session>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { file, state, sha256 } of session.outputs) {
    expect(state).toBe('done');
    const path = join(to, file);
    expect(await hashFile(path, new AbortController().signal)).toBe(sha256);
    expect(await decodeErrors(path)).toBe('');
    found[file] = (await sh(['-i', path, '-f', 'hash', '-hash', 'sha256', '-'])).toString();
  }
  return found;
}

/** Processes below a process, ffmpeg's for the most part. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

it.runIf(process.platform === 'linux')(
  'makes the same files, whatever is killed at whatever moment',
  async () => {
    const random = seededRandom(seed);
    const to = join(dir, 'call');
    const call = await PlayedCall.begin(
      [person('ann', '#1f8a3b', 930, 300, 24), person('bob', '#b02020', 1730, 7400, 12)],
      join(dir, 'full'),
      to,
    );
    await call.playTo(60_000);
    const untouched = join(dir, 'untouched');
    await mkdir(untouched, { recursive: true });
    await cp(to, untouched, { recursive: true });

    const began = performance.now();
    const handle = await SessionManifest.open(untouched);
    const tools = { ffmpeg: () => Promise.resolve(ffmpeg), cards: new FakeCards(), emit: () => undefined };
    expect(await makeFiles(handle, { ...tools, signal: new AbortController().signal })).toBeNull();
    const expected = await contents(untouched, handle.session);
    const wholeMs = performance.now() - began;

    const moments: string[] = [];
    let left = 7;
    for (let runs = 0; left > 0; runs++) {
      expect(runs, `seed ${seed}, ${moments.join(', ')}`).toBeLessThan(30);
      const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'finish-child.ts'), to], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      while (output === '' && child.exitCode === null) await sleep(5);
      const victim = ['ffmpeg', 'app', 'everything'][Math.floor(random() * 3)] ?? 'app';
      const afterMs = random() * random() * wholeMs;
      await Promise.race([exited, sleep(afterMs)]);
      moments.push(`${victim} after ${afterMs.toFixed(0)} ms`);
      left--;
      const below = child.pid === undefined ? [] : await childrenOf(child.pid);
      if (victim !== 'app') for (const pid of below) killIfAlive(pid);
      if (victim !== 'ffmpeg') child.kill('SIGKILL');
      await exited;
      // Left alone, ffmpeg would go on writing: a machine that starts again has none of the old one's processes.
      for (const pid of below) killIfAlive(pid);
      // Killed alone, ffmpeg is started again, and the run ends right.
      if (victim === 'ffmpeg') expect(child.exitCode, `seed ${seed}, ${moments.join(', ')}`).toBe(0);
      // What is done is begun again, so that every moment has its turn.
      if (child.exitCode === 0) await again(to);
    }
    const killed = await SessionManifest.open(to);
    expect(await makeFiles(killed, { ...tools, signal: new AbortController().signal })).toBeNull();
    console.log(`killed: ${moments.join(', ')} (KILL_SEED=${seed})`);
    expect(await contents(to, killed.session), `seed ${seed}, ${moments.join(', ')}`).toEqual(expected);
    expect(await readdir(to)).not.toContain('.work');
  },
  240_000,
);

async function again(to: string): Promise<void> {
  const handle = await SessionManifest.open(to);
  await handle.update((draft) => draft.outputs.forEach((output) => (output.state = 'pending')));
}
