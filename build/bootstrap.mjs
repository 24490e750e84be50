// The first file that every npm script runs, on Node alone: it makes sure that the packages of package-lock.json are
// there, then hands over to build/run.ts. All it says goes to stderr, so that stdout stays the command's own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 18];

/** Ends with a sentence when this Node is older than the oldest that the project runs on. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(
    `rollcall: this is Node ${process.versions.node}; Node ${OLDEST_NODE.join('.')} or newer is needed. ` +
      'Install it (https://nodejs.org, or your package manager) and run the same command again.',
  );
  process.exit(1);
}

/** @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> | undefined} */
function lockedPackages(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Whether node_modules holds what package-lock.json names. npm writes down what it installed in
 * node_modules/.package-lock.json as its last step, so the two are compared; packages for other platforms may be absent.
 */
function packagesAreCurrent() {
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json'));
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const have = installed[path];
    if (!have) return entry.optional === true || entry.devOptional === true;
    return have.version === entry.version;
  });
}

/** Runs `npm ci` with the npm that started this script, or the one on PATH. */
function installPackages() {
  console.error('rollcall: installing packages (npm ci) ...');
  const npmCli = process.env.npm_execpath;
  const [command, ...args] = npmCli?.endsWith('.js') ? [process.execPath, npmCli] : ['npm'];
  const result = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (result.status === 0) return exceptOnWindows();
  console.error('rollcall: `npm ci` failed; see above. Nothing was started.');
  process.exit(result.status ?? 1);
}

/**
 * The npm scripts begin with `exec`, so that a signal sent to npm reaches Node and not a shell that keeps it. Windows has
 * no such word; there, once packages are installed, this stands in for it.
 */
function exceptOnWindows() {
  if (process.platform === 'win32') writeFileSync(join(root, 'node_modules/.bin/exec.cmd'), '@%*\r\n');
}

checkNode();
if (!packagesAreCurrent()) installPackages();
const { register } = await import('tsx/esm/api');
register();
const { main } = await import('./run.ts');
await main(process.argv.slice(2));
