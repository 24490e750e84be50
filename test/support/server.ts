import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRollcall, type RollcallProcess } from '../../build/launch-electron.ts';
import type { ApiScope } from '../../src-main/contract/api.ts';
import { temporaryDir } from './recorder.ts';

/** A running `rollcall serve`, on folders of its own. */
export interface Server {
  process: RollcallProcess;
  /** `http://127.0.0.1:PORT` */
  url: string;
  library: string;
  userData: string;
  /** What it has printed so far. */
  lines(): Record<string, unknown>[];
  /** Waits for a line with these fields. */
  line(fields: Record<string, unknown>, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

/** A token of this user-data folder, made by the command line. */
export async function makeToken(scope: ApiScope, userData: string): Promise<string> {
  const made = await startRollcall([`--user-data-dir=${userData}`, 'tokens', 'create', '--scope', scope, '--json']);
  await made.exited;
  return (JSON.parse(made.stdout()) as { token: string }).token;
}

/** Starts the server at any free port; further words are the command line's. */
export async function startServer(
  words: string[],
  folders: { userData?: string; library?: string } = {},
): Promise<Server> {
  const { userData = temporaryDir('profile'), library = temporaryDir('library') } = folders;
  const args = ['serve', '--port', '0', '--library', library, '--json', ...words];
  const process = await startRollcall([`--user-data-dir=${userData}`, ...args]);
  const lines = (): Record<string, unknown>[] => {
    const text = process.stdout();
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  let ended = false;
  void process.exited.then(() => (ended = true));
  const line = async (fields: Record<string, unknown>, timeoutMs = 60_000): Promise<Record<string, unknown>> => {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = lines().find((candidate) =>
        Object.entries(fields).every(([name, value]) => candidate[name] === value),
      );
      if (found) return found;
      if (ended || Date.now() > until) {
        throw new Error(`no line ${JSON.stringify(fields)}:\n${process.stdout()}\n${process.stderr()}`);
      }
      await sleep(50);
    }
  };
  const url = String((await line({ event: 'listening' }))['url']);
  return {
    ...{ process, url, library, userData, lines, line },
    stop: async () => {
      process.child.kill('SIGTERM');
      return (await process.exited).code;
    },
  };
}

/** An answer to curl. */
export interface CurlAnswer {
  status: number;
  body: string;
}

/** Runs curl, with a bearer token where one is given. */
export function curl(args: string[], token?: string): Promise<CurlAnswer> {
  const auth = token === undefined ? [] : ['-H', `Authorization: Bearer ${token}`];
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['-sS', '-w', '\n%{http_code}', ...auth, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`curl ended with ${code}: ${err}`));
      const end = out.lastIndexOf('\n');
      resolve({ status: Number(out.slice(end + 1)), body: out.slice(0, end) });
    });
  });
}
