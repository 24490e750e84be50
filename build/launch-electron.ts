import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { openDisplay, type Display } from './display.ts';
import { endAs, groupEnded, runForeground, type Ending } from './foreground.ts';
import { isRoot } from './setup/process.ts';
import { provision, type Provisions } from './setup/provision.ts';

/** The repository, which is also the app's path. */
export const ROOT = resolve(import.meta.dirname, '..');

/** A command line that starts the built app; fits `spawn` and Playwright's `_electron.launch`. */
export interface ElectronCommand {
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * Switches for Chromium, before the app's path: `--no-sandbox` where its sandbox refuses to start (root on Linux), and
 * only fatal messages, since a server without desktop services makes it complain about each. `ROLLCALL_CHROMIUM_LOG=1`
 * shows them all.
 */
function chromiumSwitches(): string[] {
  const switches = process.env.ROLLCALL_CHROMIUM_LOG ? [] : ['--log-level=3'];
  if (process.platform === 'linux' && isRoot()) switches.push('--no-sandbox');
  return switches;
}

function definedEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export interface LaunchOptions {
  /** Variables for the app, over this process's. A value of `undefined` removes one. */
  env?: NodeJS.ProcessEnv;
  /** What `provision` found; asked for where not given. */
  provisions?: Provisions;
  /** The display to use; where not given, the present one or a virtual one that ends with the app. */
  display?: Display;
  /** Whether something can be written to the app's standard input. */
  stdin?: boolean;
  /** Folder of the app, the repository where not given. */
  app?: string;
}

interface Prepared extends ElectronCommand {
  display: Display;
}

async function prepare(args: string[], options: LaunchOptions): Promise<Prepared> {
  const provisions = options.provisions ?? (await provision(['electron', 'ffmpeg'], { report: () => undefined }));
  const display = options.display ?? (await openDisplay({ oneClient: true }));
  const { electron } = provisions;
  if (!electron) throw new Error('launching needs provision() to have been asked for electron');
  const env = { ...process.env, ...provisions.env, ...display.env, ...options.env };
  delete env.ELECTRON_RUN_AS_NODE;
  return {
    executablePath: electron.executable,
    args: [...chromiumSwitches(), options.app ?? ROOT, ...args],
    env: definedEnv(env),
    display,
  };
}

/**
 * What to give Playwright: `const app = await _electron.launch(await electronCommand(['--some-arg'], { display }))`.
 * Stop the display (`await openDisplay()`) after the app; without one of your own a virtual one ends with the app.
 */
export async function electronCommand(args: string[] = [], options: LaunchOptions = {}): Promise<ElectronCommand> {
  const { executablePath, args: words, env } = await prepare(args, options);
  return { executablePath, args: words, env };
}

/** A started command of the app, with its output so far. */
export interface RollcallProcess {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** Settles when the process has ended and its output is complete. */
  exited: Promise<Ending>;
}

/** Starts `rollcall ARGS` on the built app in the background, for tests, the demo and the bench. */
export async function startRollcall(args: string[], options: LaunchOptions = {}): Promise<RollcallProcess> {
  const command = await prepare(args, options);
  const child = spawn(command.executablePath, command.args, {
    env: command.env,
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // Killed with us, should we end early: in a group of its own it would not notice.
  const kill = (): boolean => child.kill('SIGTERM');
  process.on('exit', kill);
  child.on('exit', () => process.off('exit', kill));
  const exited = new Promise<Ending>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => {
      void groupEnded(child.pid).then(() => {
        if (!options.display) command.display.stop();
        done({ code, signal });
      });
    });
  });
  return { child, stdout: () => stdout, stderr: () => stderr, exited };
}

/** Runs the app with our standard streams and ends this process as it ends. */
export async function runRollcall(args: string[], options: LaunchOptions = {}): Promise<never> {
  const command = await prepare(args, options);
  const ending = await runForeground(command.executablePath, command.args, { env: command.env });
  command.display.stop();
  return endAs(ending);
}

/** The built main file, there once the app has been built. */
export const BUILT_MAIN = join(ROOT, 'out/main/main.js');
