import { describe, expect, it } from 'vitest';
import { compositeKey, normalizePrefix, streamKey } from './keys.ts';

const SESSION = {
  room: { id: '61101349d0f56e684b608c08' },
  start_date: '20210721',
  session_id: '5fccb7dc72909272bf999014',
  epoch_ms: 1626898422000,
};
const FOLDER = '61101349d0f56e684b608c08/20210721/5fccb7dc72909272bf999014';
const STREAM = '9aeec8db-524d-4129-874d-7a71d340bdec';

describe('keys', () => {
  it("are SPEC's examples", () => {
    expect(compositeKey('test-prefix', SESSION)).toBe(
      'test-prefix/61101349d0f56e684b608c08/20210721/5fccb7dc72909272bf999014/Rec-5fccb7dc72909272bf999014-1626898422000.mp4',
    );
    expect(streamKey('test-prefix', SESSION, '76539d6b-d10d-4790-bdd2-ab57fa7facb0', STREAM)).toBe(
      'test-prefix/61101349d0f56e684b608c08/20210721/5fccb7dc72909272bf999014/76539d6b-d10d-4790-bdd2-ab57fa7facb0/9aeec8db-524d-4129-874d-7a71d340bdec/9aeec8db-524d-4129-874d-7a71d340bdec.mp4',
    );
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['a', 'a'],
    ['a/b/', 'a/b'],
    ['/a//b', 'a/b'],
    ['../a/./b', 'a/b'],
    ['größe/записи 录音', 'größe/записи 录音'],
  ])('prefix "%s" is "%s"', (prefix, normal) => {
    expect(normalizePrefix(prefix)).toBe(normal);
    expect(compositeKey(prefix, SESSION)).toBe(
      `${normal === '' ? '' : `${normal}/`}${FOLDER}/Rec-5fccb7dc72909272bf999014-1626898422000.mp4`,
    );
  });

  it('keep every peer id in one segment of its own', () => {
    const ids = [
      '../../x',
      '..%2F..%2Fx',
      'a b',
      'a%20b',
      'a/b',
      'a\\b',
      '.',
      '..',
      '',
      'tracks',
      'x'.repeat(300),
      'x'.repeat(301),
      '🙂',
      '🙂🙃',
      'é',
      'e\u0301',
      'a\n',
    ];
    const keys = ids.map((id) => streamKey('p', SESSION, id, STREAM));
    for (const key of keys) {
      const segments = key.split('/');
      expect(segments).toHaveLength(7);
      expect(segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..')).toBe(true);
      expect(Buffer.byteLength(segments[4]!)).toBeLessThanOrEqual(255);
    }
    expect(new Set(keys).size).toBe(ids.length);
  });

  it('refuses a prefix with which the key is too long', () => {
    expect(() => compositeKey('x'.repeat(1000), SESSION)).toThrow(/prefix is too long/);
  });
});
