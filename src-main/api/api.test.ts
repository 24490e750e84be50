import { expect, test } from 'vitest';
import { RollcallError } from '../contract/errors.ts';
import { errorAnswer } from './errors.ts';
import { hostCheck, hostName, isFromPage, isLoopback } from './guard.ts';
import { pageOfItems } from './pages.ts';
import { allows, ApiTokens } from './tokens.ts';

test.each([
  ['localhost', true],
  ['localhost:4680', true],
  ['127.0.0.1:4680', true],
  ['[::1]:4680', true],
  ['LOCALHOST', true],
  ['evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example:4680', false],
  ['localhost@evil.example', false],
  ['evil.example/localhost', false],
  ['', false],
  [undefined, false],
  ['0.0.0.0', false],
])('the Host header %s', (header, ours) => {
  expect(hostCheck('127.0.0.1', null)(header)).toBe(ours);
});

test('a name with a port, an address in brackets, and what is neither', () => {
  expect(hostName('Example.net:80')).toBe('example.net');
  expect(hostName('[2001:db8::1]:80')).toBe('[2001:db8::1]');
  expect(hostName('a b')).toBeNull();
});

test.each([
  [{}, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ origin: 'null' }, true],
  [{ origin: 'http://localhost:4680' }, true],
])('headers %j of a web page', (headers, page) => {
  expect(isFromPage(headers)).toBe(page);
});

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

test('a token works until it is revoked, and only its hash is kept', () => {
  const kept = new Map<string, unknown>();
  const file = { get: (key: string) => kept.get(key), set: (key: string, value: unknown) => void kept.set(key, value) };
  const tokens = new ApiTokens(file);
  const { token, id } = tokens.create('control', 'bot');
  expect(token).toMatch(/^rollcall_[\w-]{43}$/);
  expect(JSON.stringify([...kept])).not.toContain(token);
  expect(JSON.stringify(tokens.list())).not.toContain(token);
  // Another process sees it too.
  expect(new ApiTokens(file).verify(token)).toMatchObject({ id, scope: 'control', name: 'bot' });
  expect(tokens.verify(`${token}x`)).toBeNull();
  expect(() => tokens.revoke('other')).toThrow(/no token with the id "other"/);
  tokens.revoke(id);
  expect(tokens.verify(token)).toBeNull();
  expect([allows('read', 'control'), allows('control', 'read'), allows('admin', 'control')]).toEqual([
    false,
    true,
    true,
  ]);
});

test('pages go on after the last item, and say where they do not', () => {
  const items = ['a', 'b', 'c'].map((id) => ({ id }));
  const page = (limit: number, start?: string) =>
    pageOfItems(items, { limit, ...(start === undefined ? {} : { start }) }, ({ id }) => id);
  expect(page(2)).toEqual({ limit: 2, data: [{ id: 'a' }, { id: 'b' }], last: 'b' });
  expect(page(2, 'b')).toEqual({ limit: 2, data: [{ id: 'c' }], last: 'c' });
  expect(page(2, 'c')).toEqual({ limit: 2, data: [], last: null });
  expect(() => page(2, 'd')).toThrow(/"d" is no item of this list/);
});

test('errors name the field, and say nothing of our inside', () => {
  const wrong = new RollcallError('SETTINGS_INVALID', 'Wrong.', 'Mend it.', {
    details: 'rooms[0].url is missing\ntemplates[0].name must be text',
  });
  expect(errorAnswer(wrong)).toEqual({
    status: 400,
    body: {
      code: 'SETTINGS_INVALID',
      message: 'Wrong. Mend it.',
      details: [
        { field: 'rooms[0].url', message: 'rooms[0].url is missing' },
        { field: 'templates[0].name', message: 'templates[0].name must be text' },
      ],
    },
  });
  const defect = errorAnswer(new Error('/home/user/secret'));
  expect(defect.status).toBe(500);
  expect(JSON.stringify(defect)).not.toContain('secret');
});
