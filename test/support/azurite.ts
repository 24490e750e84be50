import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Azurite, Microsoft's own emulator of the Blob service, on loopback and in memory. */
export interface Azurite {
  /** With the account, as `options.endpoint`. */
  endpoint: string;
  account: string;
  /** An access key of the account. */
  key: string;
  close(): Promise<void>;
}

const ACCOUNT = 'rollcallaccount';
const READY_MS = 30_000;

/** @param around is put before the command: a shifted clock, say. */
export async function startAzurite(around: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Azurite> {
  const key = randomBytes(64).toString('base64');
  const port = await freePort();
  const program = join(
    dirname(createRequire(import.meta.url).resolve('azurite/package.json')),
    'dist/src/blob/main.js',
  );
  const words = [
    ...around,
    process.execPath,
    program,
    ...['--blobHost', '127.0.0.1', '--blobPort', String(port)],
    ...['--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck', '--silent'],
  ];
  const child = spawn(words[0] ?? '', words.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env, AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` },
  });
  const exited = once(child, 'exit');
  const stopNow = (): unknown => child.kill('SIGKILL');
  process.once('exit', stopNow);
  const began = Date.now();
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() - began > READY_MS) throw new Error('Azurite did not start');
    await sleep(50);
  }
  return {
    endpoint: `http://127.0.0.1:${port}/${ACCOUNT}`,
    account: ACCOUNT,
    key,
    close: async () => {
      process.off('exit', stopNow);
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
