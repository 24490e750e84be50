import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real GNOME keyring, unlocked, on a session bus of its own, with a home of its own. */
export interface Keyring {
  /** For the app; with it goes the switch `--password-store=gnome-libsecret`. */
  env: Record<string, string>;
  close(): void;
}

const installed = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** Starts one; installs Debian's packages where they are missing, which needs root. Throws where there is none to be had. */
export async function startKeyring(): Promise<Keyring> {
  if (!installed('gnome-keyring-daemon') || !installed('dbus-daemon'))
    spawnSync('apt-get', ['install', '-y', '-qq', 'gnome-keyring', 'dbus'], { stdio: 'ignore' });
  if (!installed('gnome-keyring-daemon')) throw new Error('This test needs Debian’s packages gnome-keyring and dbus.');
  const home = mkdtempSync(join(tmpdir(), 'rollcall-keyring-'));
  const run = join(home, 'run');
  mkdirSync(run, { mode: 0o700 });
  const own = {
    HOME: home,
    XDG_RUNTIME_DIR: run,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await firstLine(bus);
  const env = { ...own, DBUS_SESSION_BUS_ADDRESS: address };
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  daemon.stdin.end('test password');
  await hasService(env);
  return {
    env,
    close: () => {
      daemon.kill();
      bus.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until the keyring answers on the bus. */
async function hasService(env: Record<string, string>): Promise<void> {
  const question = ['--session', '--print-reply=literal', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  const asked = [...question, 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
  for (let tries = 0; tries < 100; tries += 1) {
    const { stdout } = spawnSync('dbus-send', asked, { env: { ...process.env, ...env }, encoding: 'utf8' });
    if (stdout.includes('true')) return;
    await sleep(100);
  }
  throw new Error('The keyring did not start within 10 s.');
}

/** What a daemon prints when it is ready. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${String(code)}`)));
  });
}
