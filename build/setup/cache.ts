import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Where binaries are kept between checkouts: `ROLLCALL_CACHE`, else the platform's cache folder
 * (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%) with `rollcall` in it.
 */
export function cacheDir(): string {
  const { ROLLCALL_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (ROLLCALL_CACHE) return ROLLCALL_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/rollcall');
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData/Local'), 'rollcall/Cache');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'rollcall');
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function takeLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  // An empty file is one whose owner is just writing it, unless it has been so for long.
  const abandoned = owner > 0 ? !processLives(owner) : existsSync(file) && Date.now() - statSync(file).mtimeMs > 10_000;
  if (abandoned) rmSync(file, { force: true });
  return false;
}

/** Runs `work` while no other process holds the lock `file`; a lock whose owner has died does not count. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  while (!takeLock(file)) await sleep(200);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * Runs `check` on a binary once and remembers the answer for as long as the file keeps its size and time, so that second
 * runs cost one `stat`. `check` throws when the binary does not do what is needed.
 */
export async function verifyOnce(binary: string, what: string, check: () => Promise<string>): Promise<string> {
  const { size, mtimeMs } = statSync(binary);
  const key = createHash('sha256')
    .update(`${what}\n${binary}\n${String(size)}\n${String(mtimeMs)}`)
    .digest('hex');
  const note = join(cacheDir(), 'verified', key);
  if (existsSync(note)) return readFileSync(note, 'utf8');
  const answer = await check();
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, answer);
  return answer;
}

const RETRY_AFTER_MS = 24 * 3600 * 1000;

/**
 * Remembers downloads that failed, so that a network without them is asked once a day and not at every start.
 * `npm run setup` asks again at once.
 */
export const failedDownloads = {
  file: (key: string): string => join(cacheDir(), 'unreachable', key),
  isRecent(key: string): boolean {
    const file = this.file(key);
    return existsSync(file) && Date.now() - statSync(file).mtimeMs < RETRY_AFTER_MS;
  },
  add(key: string, reason: string): void {
    mkdirSync(dirname(this.file(key)), { recursive: true });
    writeFileSync(this.file(key), reason);
  },
  forget(): void {
    rmSync(join(cacheDir(), 'unreachable'), { recursive: true, force: true });
  },
};
