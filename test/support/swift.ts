import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './programs.ts';

/** An S3-compatible store on loopback, whoever made it. */
export interface ObjectStore {
  endpoint: string;
  region: string;
  key: string;
  secret: string;
  forcePathStyle: true;
  close(): Promise<void>;
}

const SCRIPT = join(import.meta.dirname, 'swift-s3.sh');

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first of five free ports in a row, below the range from which Linux takes ports for outgoing connections. */
async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = 20_000 + 5 * Math.floor(Math.random() * 2400);
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no five free ports in a row between 20000 and 32000');
}

/** Whether Swift's packages are installed, so that it starts in seconds and without root. */
export async function hasSwift(): Promise<boolean> {
  const found = await run('dpkg-query', ['-W', '-f=${db:Status-Status} ', 'python3-swift', 'memcached']).catch(
    () => null,
  );
  return found?.stdout.toString() === 'installed installed ';
}

/**
 * OpenStack Swift with its S3 API on loopback, from Debian's packages (installed by the script where they are missing,
 * which needs root): a store that none of our code wrote. Ready in about 3 s. It has no bucket but `swift-s3-ready`.
 */
export async function startSwift(): Promise<ObjectStore> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-swift-'));
  const port = await freePorts();
  const environment = [`SWIFT_DIR=${dir}`, `SWIFT_PORT=${port}`];
  const script = (action: string): string[] => [...environment, 'bash', SCRIPT, action];
  // The servers are daemons: they must not outlive a test run that ends without close().
  const stopNow = (): void => void spawnSync('env', script('stop'), { stdio: 'ignore' });
  process.once('exit', stopNow);
  // Output goes to a file: the daemons keep the descriptors that they inherit, so a pipe would never end.
  const log = join(dir, 'start.log');
  const { code } = await run('env', [...environment, 'bash', '-c', '"$0" start >"$1" 2>&1', SCRIPT, log]);
  const close = async (): Promise<void> => {
    process.off('exit', stopNow);
    const stopped = await run('env', script('stop'));
    await rm(dir, { recursive: true, force: true });
    if (stopped.code !== 0) throw new Error(`Swift did not stop: ${stopped.stderr}`);
  };
  if (code !== 0) {
    const said = await readFile(log, 'utf8').catch(() => '(no output)');
    await close();
    throw new Error(`Swift did not start: ${said}`);
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    key: 'test:tester',
    secret: 'testing',
    forcePathStyle: true,
    close,
  };
}
