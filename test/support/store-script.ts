import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './programs.ts';

/** A script with the actions `start` and `stop` that runs a store's daemons. */
export interface StoreScript {
  /** Of the store, for messages. */
  name: string;
  path: string;
  /** The script takes its folder from `<variables>_DIR` and its first port from `<variables>_PORT`. */
  variables: string;
  /** Ports in a row that it uses. */
  ports: number;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first of so many free ports in a row, below the range from which Linux takes ports for outgoing connections. */
async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = 20_000 + count * Math.floor((Math.random() * 12_000) / count);
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row between 20000 and 32000`);
}

/** Starts a store's daemons with all that they write in a temporary folder, which `close` removes. */
export async function startStoreScript(store: StoreScript): Promise<{ endpoint: string; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), `rollcall-${store.variables.toLowerCase()}-`));
  const port = await freePorts(store.ports);
  const environment = [`${store.variables}_DIR=${dir}`, `${store.variables}_PORT=${port}`];
  const stop = [...environment, 'bash', store.path, 'stop'];
  // The servers are daemons: they must not outlive a test run that ends without close().
  const stopNow = (): void => void spawnSync('env', stop, { stdio: 'ignore' });
  process.once('exit', stopNow);
  // Output goes to a file: the daemons keep the descriptors that they inherit, so a pipe would never end.
  const log = join(dir, 'start.log');
  const { code } = await run('env', [...environment, 'bash', '-c', '"$0" start >"$1" 2>&1', store.path, log]);
  const close = async (): Promise<void> => {
    process.off('exit', stopNow);
    const stopped = await run('env', stop);
    await rm(dir, { recursive: true, force: true });
    if (stopped.code !== 0) throw new Error(`${store.name} did not stop: ${stopped.stderr}`);
  };
  if (code !== 0) {
    const said = await readFile(log, 'utf8').catch(() => '(no output)');
    await close();
    throw new Error(`${store.name} did not start: ${said}`);
  }
  return { endpoint: `http://127.0.0.1:${port}`, close };
}
