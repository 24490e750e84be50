import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { RollcallError } from '../contract/errors.ts';

/** Whether windows have somewhere to be: only Linux (and its like) runs without a desktop. */
export function hasDisplay(): boolean {
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Somewhere for windows to be: the variables that name it, and its end. */
export interface Display {
  env: Record<string, string>;
  stop: () => void;
}

const START_LIMIT_MS = 15_000;

/** An Xauthority file with one cookie that fits every display number: only who can read the file can connect. */
function writeCookie(file: string): void {
  const field = (data: Buffer): Buffer => Buffer.concat([Buffer.from([data.length >> 8, data.length & 0xff]), data]);
  const familyWild = Buffer.from([0xff, 0xff]);
  const empty = Buffer.alloc(0);
  const entry = [
    familyWild,
    field(empty),
    field(empty),
    field(Buffer.from('MIT-MAGIC-COOKIE-1')),
    field(randomBytes(16)),
  ];
  writeFileSync(file, Buffer.concat(entry), { mode: 0o600 });
}

/** Waits for the line with the display's number, which Xvfb writes once it accepts connections. */
function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (reason: string): void => {
      const message = `There is no display, and Xvfb, the virtual one, did not start: ${reason}.`;
      reject(
        new RollcallError(
          'DISPLAY_MISSING',
          message,
          'Install it, e.g. with "apt-get install -y xvfb xauth", or set DISPLAY.',
        ),
      );
    };
    const timer = setTimeout(() => {
      fail('it said nothing in 15 s');
    }, START_LIMIT_MS);
    const numbers = server.stdio[3] as Readable;
    numbers.on('data', (data: Buffer) => {
      said += data.toString();
      if (!said.includes('\n')) return;
      clearTimeout(timer);
      resolve(said.trim());
    });
    let errors = '';
    server.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
    server.on('error', (error) => {
      clearTimeout(timer);
      const code = (error as NodeJS.ErrnoException).code;
      fail(code === 'ENOENT' ? 'it is not installed' : error.message);
    });
    server.on('exit', () => {
      clearTimeout(timer);
      fail(errors.trim().split('\n').at(-1) ?? 'it ended');
    });
  });
}

/**
 * The display that is there, or a virtual one of our own where there is none (Linux servers, CI). Electron's own
 * headless mode does not do: `--ozone-platform=headless` crashes when the first window is made (Electron 33).
 *
 * `oneClient`: the server ends by itself ten seconds after its last client, so that nothing is left even where this
 * process is killed outright.
 */
export async function openDisplay(options: { oneClient?: boolean } = {}): Promise<Display> {
  if (hasDisplay()) return { env: {}, stop: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-display-'));
  const authority = join(folder, 'Xauthority');
  writeCookie(authority);
  const screen = ['-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-auth', authority];
  const lifetime = options.oneClient ? ['-terminate', '10'] : ['-noreset'];
  const server = spawn('Xvfb', ['-displayfd', '3', ...screen, ...lifetime], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Its own group: a Ctrl-C in the terminal must not take the display from under a recording that is being finished.
    detached: true,
  });
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = (): void => {
    process.off('exit', stop);
    server.kill('SIGTERM');
    removeFolder();
  };
  process.on('exit', stop);
  try {
    const number = await displayNumber(server);
    server.unref();
    for (const stream of [server.stderr, server.stdio[3]])
      (stream as (Readable & { unref?: () => void }) | null)?.unref?.();
    return { env: { DISPLAY: `:${number}`, XAUTHORITY: authority }, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * Runs this program again with the same words on a virtual display, passing interruptions on.
 * @returns its exit code. Throws DISPLAY_MISSING where there can be no display.
 */
export async function runAgainOnVirtualDisplay(): Promise<number> {
  const display = await openDisplay({ oneClient: true });
  // In a process group of its own: Ctrl-C reaches it once, from here, and not from the terminal as well.
  const child = spawn(process.execPath, process.argv.slice(1), {
    env: { ...process.env, ...display.env },
    stdio: 'inherit',
    detached: true,
  });
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    display.stop();
  }
}
