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
