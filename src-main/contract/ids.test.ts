import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compositeFile, peerSegment, startDate } from './ids.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('peer ids as path segments', () => {
  test.each([
    ['76539d6b-d10d-4790-bdd2-ab57fa7facb0', '76539d6b-d10d-4790-bdd2-ab57fa7facb0'],
    ['a b', 'a b'],
    ['😀 ünï', '😀 ünï'],
    ['../../x', '%2E%2E%2F..%2Fx'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['', '%'],
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ['trailing. ', 'trailing%2E%20'],
    ['nul\0', 'nul%00'],
    ['CON', '%CON'],
    ['tracks', '%tracks'],
    ['\ud800', '%ED%A0%80'],
    ['\udfff', '%ED%BF%BF'],
  ])('%j -> %j', (id, segment) => expect(peerSegment(id, hash)).toBe(segment));

  test('long ids are cut and stay distinct', () => {
    const [one, two] = ['x'.repeat(299) + 'a', 'x'.repeat(299) + 'b'].map((id) => peerSegment(id, hash));
    expect(one).not.toBe(two);
    expect(Buffer.byteLength(one ?? '')).toBeLessThanOrEqual(180);
  });

  test('halves of surrogate pairs stay distinct, in long ids too', () => {
    const halves = ['\ud800', '\udbff', '\udc00', '\udfff', '\ufffd'];
    for (const lead of ['', 'x'.repeat(299)]) {
      const segments = halves.map((half) => peerSegment(lead + half, hash));
      expect(new Set(segments).size).toBe(halves.length);
      for (const segment of segments) expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(180);
    }
  });

  test('no id leaves its place, and distinct ids have distinct segments', () => {
    const nasty = [
      '..',
      '../..',
      'a/../b',
      '\\..\\x',
      'c:\\x',
      '/etc/passwd',
      '%2E%2E',
      '%',
      '%%',
      '.',
      ' ',
      '. .',
      'aux.mp4',
      '\u202e',
      '\ud800',
    ];
    const segments = nasty.map((id) => peerSegment(id, hash));
    expect(new Set(segments).size).toBe(nasty.length);
    for (const segment of segments) expect(segment).not.toMatch(/[/\\\0]|^\.{1,2}$|^$/);
  });
});

test('names with dates and epochs', () => {
  expect(startDate(1626898422000)).toBe('20210721');
  expect(compositeFile('5fccb7dc72909272bf999014', 1626898422000)).toBe(
    'Rec-5fccb7dc72909272bf999014-1626898422000.mp4',
  );
});
