import { expect, test } from 'vitest';
import { en } from './en/index.ts';
import { textsFor } from './index.ts';

test('a tag is taken by its language, and English stands in for a language that is not there', () => {
  expect(textsFor('en-GB')).toBe(en);
  expect(textsFor('EN')).toBe(en);
  expect(textsFor('tlh')).toBe(en);
  expect(textsFor('')).toBe(en);
});
