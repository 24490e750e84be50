import { spawn } from 'node:child_process';

/** How a command ended. `code` is null when it was ended by a signal or by the time limit. */
export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Time limit in milliseconds; the command is killed at its end. */
  timeoutMs?: number;
}

/**
 * Runs a command to its end and returns what it printed, never throwing: a command that does not exist has code 127.
 */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 60_000);
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, timedOut });
    };
    child.on('error', (error) => {
      stderr += error.message;
      finish(127);
    });
    child.on('close', finish);
  });
}

/** The last line of a command's output that says something, for one-line reports. */
export function lastLine(result: CommandResult): string {
  if (result.timedOut) return 'it did not end within its time limit';
  const lines = `${result.stdout}\n${result.stderr}`.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').at(-1) ?? `it ended with code ${String(result.code)} and said nothing`;
}

/** Whether this process is root on a Unix system. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
