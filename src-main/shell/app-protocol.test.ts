import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileInside } from './app-protocol.ts';
import { contentSecurityPolicy } from './csp.ts';

let root: string;
beforeAll(async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rollcall-protocol-')));
  root = join(folder, 'session');
  await mkdir(join(root, 'a peer', 'stream'), { recursive: true });
  await writeFile(join(folder, 'secret.mp4'), '');
  await writeFile(join(root, 'a peer', 'stream', 'x%y.mp4'), '');
  await symlink(join(folder, 'secret.mp4'), join(root, 'link.mp4'));
  await mkdir(`${root}-other`);
  await writeFile(`${root}-other/file.mp4`, '');
});
afterAll(() => rm(join(root, '..'), { recursive: true, force: true }));

it('finds a file by its encoded path', async () => {
  expect(await fileInside(root, 'a%20peer/stream/x%25y.mp4')).toBe(join(root, 'a peer/stream/x%y.mp4'));
});

it.each([
  ['a parent folder', '../secret.mp4'],
  ['an encoded parent folder', '..%2fsecret.mp4'],
  ['backslashes', '..\\secret.mp4'],
  ['a link that leads out', 'link.mp4'],
  ['a neighbour with the same beginning', '../session-other/file.mp4'],
  ['an absolute path', '/etc/passwd'],
  ['a folder', 'a%20peer'],
  ['a broken escape', '%zz'],
  ['a zero byte', 'x%00.mp4'],
  ['nothing there', 'nothing.mp4'],
])('refuses %s', async (_name, path) => {
  expect(await fileInside(root, path)).toBeNull();
});

it.each(['ui', 'capture', 'cards'] as const)('allows nothing unsafe to the %s page', (page) => {
  const policy = contentSecurityPolicy(page, 'abc');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-|\*|https?:/);
});
