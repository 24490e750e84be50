import { describe, expect, it } from 'vitest';
import { discColour, initials, isRightToLeft, oneLine, shorten } from './text.ts';

describe('initials', () => {
  it.each([
    ['Ann', 'A'],
    ['Ann Lee', 'AL'],
    ['ann maria van lee', 'AL'],
    ['Ann (host)', 'A'],
    ['王小明', '王'],
    ['अनिल कुमार', 'अकु'],
    ['محمد علي', 'م\u200cع'],
    ['👩‍🚀 Eva', '👩‍🚀E'],
    ['  ', '?'],
    ['---', '?'],
    ['élodie d’Arc', 'ÉD'],
  ])('of %j are %j', (name, expected) => expect(initials(name)).toBe(expected));
});

describe('shorten', () => {
  const fits = (width: number) => (text: string) => [...new Intl.Segmenter().segment(text)].length <= width;
  it.each([
    ['short', 10, 'short'],
    ['a rather long name', 8, 'a rathe…'],
    ['a rather', 3, 'a…'],
    ['👩‍🚀👩‍🚀👩‍🚀👩‍🚀', 3, '👩‍🚀👩‍🚀…'],
  ])('%j to %d is %j', (text, width, expected) => expect(shorten(text, fits(width))).toBe(expected));
});

describe('oneLine', () => {
  it.each([
    ['a\nb\r\n\t c', 'a b c'],
    ['  \u2028 ', ''],
    ['\u202eevil\u202c %{x} "q"', 'evil %{x} "q"'],
    ['\u200fمحمد\u200e', 'محمد'],
    ['👩‍🚀', '👩‍🚀'],
    ['می‌خواهم', 'می‌خواهم'],
    ['a\ud800b', 'a\ufffdb'],
    ['x'.repeat(5000), 'x'.repeat(200)],
  ])('of %j is %j', (text, expected) => expect(oneLine(text)).toBe(expected));
});

it.each([
  ['Ann', false],
  ['"محمد" (Ann)', true],
  ['123 שלום', true],
  ['123', false],
  ['王小明', false],
  ['Ann محمد', false],
])('%j reads from right to left: %s', (text, expected) => expect(isRightToLeft(text)).toBe(expected));

it('gives every seed one colour, and near seeds different ones', () => {
  expect(discColour('peer-1')).toBe(discColour('peer-1'));
  expect(new Set(Array.from({ length: 20 }, (_, i) => discColour(`peer-${i}`))).size).toBeGreaterThan(15);
});
