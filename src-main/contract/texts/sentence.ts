/** A whole sentence with parts that stand out, in the order that the language wants. */
export type Sentence = readonly (string | Strong)[];

export interface Strong {
  strong: string;
}

/** A part of a sentence that stands out. */
export const strong = (text: string): Strong => ({ strong: text });
