import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheDir, verifyOnce, withLock } from './cache.ts';
import { lastLine, runCommand } from './process.ts';
import { assertReachable, firstWorking, type Report, type Source } from './source.ts';

/** A working mediasoup worker, the media half of the SFU that the demo, the tests and the bench record. */
export interface WorkerBinary {
  path: string;
  version: string;
}

const require = createRequire(import.meta.url);
const mediasoupPackage = dirname(dirname(dirname(require.resolve('mediasoup'))));
const { version: VERSION } = require(join(mediasoupPackage, 'package.json')) as { version: string };
const INSTALLED = join(
  mediasoupPackage,
  'worker/out/Release',
  process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker',
);
/** What the worker ends with when it is started by hand, without its channel (see main.cpp). */
const EXIT_WITHOUT_CHANNEL = 41;

async function verified(path: string): Promise<WorkerBinary> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const version = await verifyOnce(path, `mediasoup-worker ${VERSION}`, async () => {
    const result = await runCommand(path, [], { env: {}, timeoutMs: 10_000 });
    if (result.code !== EXIT_WITHOUT_CHANNEL) throw new Error(`it does not run: ${lastLine(result)}`);
    return VERSION;
  });
  return { path, version };
}

/** mediasoup's own install step, which downloads its prebuilt worker. */
async function download(): Promise<WorkerBinary> {
  await assertReachable(process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ?? 'https://github.com/');
  // Without Python the step cannot go on to its own build, which takes long and downloads more.
  const env = { ...process.env, PYTHON: 'no-python' };
  const args = ['npm-scripts.mjs', 'postinstall'];
  const result = await runCommand(process.execPath, args, { cwd: mediasoupPackage, env, timeoutMs: 120_000 });
  if (!existsSync(INSTALLED)) throw new Error(`the download failed: ${lastLine(result)}`);
  return verified(INSTALLED);
}

async function build(report: Report): Promise<WorkerBinary | undefined> {
  if (process.platform !== 'linux') return undefined;
  const path = join(cacheDir(), 'mediasoup', `worker-${VERSION}-${process.arch}`);
  await withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return;
    report(`mediasoup worker: building ${VERSION} from its sources, about five minutes ...`);
    const script = join(import.meta.dirname, 'build-mediasoup-worker.sh');
    const result = await runCommand('bash', [script, path, VERSION], { timeoutMs: 1_800_000 });
    if (result.code !== 0) throw new Error(`the build failed: ${lastLine(result)}`);
  });
  return verified(path);
}

/** Finds, fetches or builds mediasoup's worker. */
export function provideWorker(report: Report): Promise<WorkerBinary> {
  const configured = process.env.MEDIASOUP_WORKER_BIN;
  const sources: Source<WorkerBinary>[] = [
    {
      name: 'MEDIASOUP_WORKER_BIN',
      configured: true,
      find: async () => (configured ? verified(configured) : undefined),
    },
    { name: 'installed in node_modules', find: async () => (existsSync(INSTALLED) ? verified(INSTALLED) : undefined) },
    { name: 'official download', downloadKey: `mediasoup-${VERSION}`, find: download },
    { name: 'built from its sources, cached', find: () => build(report) },
  ];
  const remedy = 'Build it as mediasoup.org says and name the file in MEDIASOUP_WORKER_BIN.';
  return firstWorking('mediasoup worker', sources, remedy, report);
}
