import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { onPath } from './setup/ffmpeg.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;
/** Ctrl-C reaches us twice under npm: from the terminal, and from npm, which passes it on. Within this time it is one. */
const SAME_SIGNAL_MS = 400;

/** Windows has no SIGUSR2, and Node refuses to listen for it there. */
const isSignalHere = (signal: NodeJS.Signals): boolean => signal in constants.signals;

/** How a foreground command ended; exactly one of the two is set. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ForegroundOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Sends the command's stdout to our stderr. */
  quietStdout?: boolean;
}

/** On Linux, has the kernel end the command (SIGTERM) when this process is killed in a way that it cannot pass on. */
function tied(command: string, args: string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? onPath('setpriv') : undefined;
  return setpriv ? [setpriv, ['--pdeathsig', 'TERM', '--', command, ...args]] : [command, args];
}

/** Calls `onGone` when the npm that started this process is killed outright, so that nothing goes on unseen. */
function watchNpm(onGone: () => void): NodeJS.Timeout | undefined {
  if (!process.env.npm_lifecycle_event) return undefined;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    onGone();
  }, 1000);
  return timer.unref();
}

const GROUP_GRACE_MS = 2000;

/**
 * Waits, two seconds at most, until the helpers of a command that had a process group of its own are gone too. Chromium's
 * outlive it by some milliseconds, and would complain about a display that is taken from under them.
 */
export async function groupEnded(leader: number | undefined): Promise<void> {
  if (leader === undefined || process.platform === 'win32') return;
  const deadline = Date.now() + GROUP_GRACE_MS;
  while (Date.now() < deadline) {
    try {
      process.kill(-leader, 0);
    } catch {
      return; // no such group any more
    }
    await sleep(10);
  }
}

/**
 * Runs a command with our standard streams to its end. It has a process group of its own, and each SIGINT, SIGTERM or
 * SIGHUP that we get is passed on to it once, whether it came from a terminal, from npm or from `kill`.
 */
export function runForeground(command: string, args: string[], options: ForegroundOptions = {}): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const [program, words] = tied(command, args);
    const child = spawn(program, words, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['inherit', options.quietStdout ? 2 : 'inherit', 'inherit'],
      // On Windows this would open a console window, and Ctrl-C is delivered by the console itself.
      detached: process.platform !== 'win32',
    });
    const lastAt = new Map<NodeJS.Signals, number>();
    const forward = (signal: NodeJS.Signals): void => {
      const now = Date.now();
      if (now - (lastAt.get(signal) ?? 0) < SAME_SIGNAL_MS) return;
      lastAt.set(signal, now);
      if (process.platform !== 'win32') child.kill(signal);
    };
    for (const signal of FORWARDED) if (isSignalHere(signal)) process.on(signal, forward);
    const watch = watchNpm(() => {
      forward('SIGTERM');
    });
    const stopForwarding = (): void => {
      clearInterval(watch);
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.on('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      void groupEnded(child.pid).then(() => {
        stopForwarding();
        resolve({ code, signal });
      });
    });
  });
}

/** Ends this process as the command ended: with its exit code, or by the same signal. */
export function endAs(ending: Ending): never {
  if (ending.signal) {
    process.kill(process.pid, ending.signal);
    process.exit(128 + constants.signals[ending.signal]);
  }
  process.exit(ending.code ?? 1);
}
