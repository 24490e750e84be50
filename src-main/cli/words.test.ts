import { expect, test } from 'vitest';
import { cliWords } from './words.ts';

test.each([
  ['packaged, no words: the window', ['/opt/rollcall'], false, null],
  ['packaged, switches only: the window', ['/opt/rollcall', '--no-sandbox'], false, null],
  [
    'packaged, a command',
    ['/opt/rollcall', 'record', 'ws://h/?roomId=r', '--json'],
    false,
    ['record', 'ws://h/?roomId=r', '--json'],
  ],
  ['packaged, switches before the command', ['/opt/rollcall', '--no-sandbox', 'verify', 'd'], false, ['verify', 'd']],
  ['packaged, a deep link: the window', ['/opt/rollcall', 'rollcall://record?url=x'], false, null],
  [
    'packaged, an unknown word is for the command line to refuse',
    ['/opt/rollcall', 'recrod', 'x'],
    false,
    ['recrod', 'x'],
  ],
  ['version', ['/opt/rollcall', '--version'], false, ['--version']],
  ['development, no words', ['electron', '--no-sandbox', '/repo'], true, null],
  ['development, a command', ['electron', '--no-sandbox', '/repo', 'upload', 'dir'], true, ['upload', 'dir']],
  ['development, driven by Playwright', ['electron', '--inspect=0', '--remote-debugging-port=0', '/repo'], true, null],
])('%s', (_name, argv, development, expected) => {
  expect(cliWords(argv, development)).toEqual(expected);
});
