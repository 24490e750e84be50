import { expect, it } from 'vitest';
import { joinUrlOf, linkIn } from './deep-link.ts';

const link = (url: string): string => `rollcall://record?url=${encodeURIComponent(url)}`;

it.each([
  [link('https://sfu.example.net/?roomId=monday'), 'https://sfu.example.net/?roomId=monday'],
  [link('wss://sfu.example.net:4443/?roomId=m'), 'wss://sfu.example.net:4443/?roomId=m'],
  ['rollcall:record?url=ws%3A%2F%2Fh%2F%3FroomId%3Dr', 'ws://h/?roomId=r'],
  [link('file:///etc/passwd'), null],
  [link('javascript:alert(1)'), null],
  [link('rollcall://record?url=x'), null],
  [link('https://user:secret@sfu.example.net/'), null],
  [link(`https://h/?roomId=${'x'.repeat(3000)}`), null],
  [link('not a url'), null],
  ['rollcall://record', null],
  ['rollcall://delete?url=https://h/', null],
  ['https://example.net/?url=https://h/', null],
  ['', null],
])('%s', (text, expected) => {
  expect(joinUrlOf(text)).toBe(expected);
});

it('finds the link on a command line', () => {
  expect(linkIn(['/opt/rollcall', '--no-sandbox', 'rollcall://record?url=x'])).toBe('rollcall://record?url=x');
  expect(linkIn(['/opt/rollcall'])).toBeNull();
});
