/** What cards say, and in which colours. Pure. */

const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

/** First letters of the first and the last word, or an emoji; "?" for a name without any. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = (word: string | undefined): string =>
    graphemes(word ?? '').find((part) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(part)) ?? '';
  // A second word in brackets ("Ann (host)") is no name.
  const last =
    words.length > 1 ? words.findLast((word) => /^[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word)) : undefined;
  const both = [first(words[0]), last === words[0] ? '' : first(last)];
  // Letters of scripts that join up (Arabic, ...) stay apart with a zero-width non-joiner.
  return (
    both
      .filter(Boolean)
      .join(/\p{Script=Arabic}/u.test(both.join('')) ? '\u200c' : '')
      .toLocaleUpperCase() || '?'
  );
}

/** Dark enough for white text everywhere: AA for large text (3:1) on every hue. */
export function discColour(seed: string): string {
  // FNV-1a: well spread for ids that differ in one character.
  let hash = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193) >>> 0;
  // Its low bits hardly mix for short ids; fold the high ones in.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return `hsl(${(hash >>> 8) % 360} 42% 38%)`;
}

/** Whether a text reads from right to left: by its first letter, as the Unicode bidirectional algorithm has it. */
export function isRightToLeft(text: string): boolean {
  const first = /\p{L}/u.exec(text)?.[0] ?? '';
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u.test(
    first,
  );
}

/** Longer names are cut before they are measured: nobody can read more, and measuring is not free. */
const MAX_GRAPHEMES = 200;

/**
 * A name as one line: white space and line breaks made one space, control characters and unpaired direction marks taken
 * out (a name must not turn around what stands beside it), and at most so many characters.
 */
export function oneLine(text: string): string {
  const clean = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
  return graphemes(clean.slice(0, MAX_GRAPHEMES * 12))
    .slice(0, MAX_GRAPHEMES)
    .join('');
}

/** The longest beginning of `text` that fits, with an ellipsis where it is not all of it. */
export function shorten(text: string, fits: (candidate: string) => boolean): string {
  if (fits(text)) return text;
  const parts = graphemes(text);
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${parts.slice(0, middle).join('').trimEnd()}…`)) low = middle;
    else high = middle - 1;
  }
  return `${parts.slice(0, low).join('').trimEnd()}…`;
}
