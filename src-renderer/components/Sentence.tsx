import type { Sentence as Parts } from '../../src-main/contract/texts/sentence.ts';

/** A sentence of the catalogue with what stands out in it. */
export function Sentence({ parts }: { parts: Parts }) {
  return parts.map((part, index) => (typeof part === 'string' ? part : <strong key={index}>{part.strong}</strong>));
}
