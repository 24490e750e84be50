import { existsSync } from 'node:fs';
import { isRoot, lastLine, runCommand } from './process.ts';
import { SetupError, type Report } from './source.ts';

/** What Electron's binary links to, and what its windows need where there is no desktop. */
export const ELECTRON_PACKAGES = [
  'libnss3',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libgtk-3-0',
  'libgbm1',
  'libasound2',
  'libxss1',
  'libxtst6',
  'libcups2',
  // `gio`, by which Electron moves folders to the bin.
  'libglib2.0-bin',
];

/**
 * The labels in composites are drawn by Chromium, which has only the system's fonts: most scripts, emoji, and Chinese,
 * Japanese and Korean (2 MB; Noto's own are 57).
 */
export const FONT_PACKAGES = ['fonts-noto-core', 'fonts-noto-color-emoji', 'fonts-droid-fallback'];
export const DISPLAY_PACKAGES = ['xvfb', 'xauth'];
/** OpenStack Swift and Ceph, the S3-compatible stores of the tests, and what they ask the API with. */
export const STORE_PACKAGES = ['python3-swift', 'memcached', 'radosgw', 'ceph-mon', 'ceph-osd', 'curl'];

/** Whether this system's packages are managed by dpkg and apt. */
export function isDebian(): boolean {
  return process.platform === 'linux' && existsSync('/usr/bin/dpkg-query') && existsSync('/usr/bin/apt-get');
}

/** Debian 13 and Ubuntu 24.04 renamed libraries to `<name>t64`; either name will do. */
const alternatives = (name: string): string[] => [name, `${name}t64`];

/** The packages of `names` that dpkg does not list as installed. */
export async function missingPackages(names: string[]): Promise<string[]> {
  const asked = names.flatMap(alternatives);
  const { stdout } = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...asked]);
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return names.filter((name) => !alternatives(name).some((alternative) => installed.has(alternative)));
}

/** The name under which the archive of this release has the package. */
async function archiveName(name: string): Promise<string> {
  const { stdout } = await runCommand('apt-cache', ['--names-only', 'search', `^${name}t64$`]);
  return stdout.startsWith(`${name}t64 `) ? `${name}t64` : name;
}

/**
 * Makes sure that Debian packages are installed: installs them when root, else says the exact command.
 * Does nothing on other systems.
 */
export async function ensurePackages(names: string[], purpose: string, report: Report): Promise<void> {
  if (!isDebian()) return;
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  const wanted = await Promise.all(missing.map(archiveName));
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`;
  if (!isRoot()) {
    throw new SetupError(`${purpose} needs Debian packages that are not installed. Run: sudo ${command}`);
  }
  report(`Debian packages for ${purpose}: installing ${wanted.join(' ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { env, timeoutMs: 900_000 });
  const install = ['install', '-y', '--no-install-recommends', ...wanted];
  let result = await apt(...install);
  if (result.code !== 0) {
    await apt('update');
    result = await apt(...install);
  }
  if (result.code !== 0) {
    throw new SetupError(
      `Installing Debian packages for ${purpose} failed: ${lastLine(result)}. The command: ${command}`,
    );
  }
}

/**
 * Fails where the dynamic linker does not find a library of `binary`: the check for Linux systems without dpkg, and of
 * the package list above.
 */
export async function assertLinked(binary: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const { code, stdout } = await runCommand('ldd', [binary]);
  if (code !== 0) return;
  const missing = stdout.split('\n').flatMap((line) => /^\s*(\S+) => not found/.exec(line)?.[1] ?? []);
  if (missing.length > 0) {
    throw new SetupError(
      `${binary} needs libraries that this system does not have: ${missing.join(', ')}. ` +
        'Install the packages that hold them and run the same command again.',
    );
  }
}
