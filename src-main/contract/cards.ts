import type { Theme } from './theme.ts';

/**
 * Pictures with text that the composite needs: name labels, badges, and the cards shown where there is no video. They
 * are drawn by Chromium (every script and emoji), never by ffmpeg, so that no text from a call reaches a filter graph.
 */
export type CardSpec = (
  | /** A name label: transparent outside its rounded box, at most `maxWidth` pixels wide; `height` is exact. */
    { kind: 'label'; text: string; maxWidth: number; height: number }
    /** A full tile: a coloured initials disc on the tile's background. `seed` (the peer id) chooses the colour. */
  | { kind: 'initials'; name: string; seed: string; width: number; height: number }
  /** A full picture with one sentence, for the time in which nobody is in the call. */
  | { kind: 'message'; text: string; width: number; height: number }
  /** A struck-out microphone on a disc of this diameter. */
  | { kind: 'muted'; height: number }
  /** One line without a box, as in the band above the tiles; digits all of one width. */
  | { kind: 'line'; text: string; maxWidth: number; height: number }
) & {
  /** `DEFAULT_THEME` where absent. */
  colours?: CardColours;
};

/** What of a theme a card is drawn with. */
export type CardColours = Pick<
  Theme,
  'background' | 'tile' | 'text' | 'labelBackground' | 'labelOpacity' | 'muted' | 'font'
>;

/** What the pictures say while the recording is paused. */
export const PAUSED_TEXT = 'Recording paused';

export interface Card {
  /** PNG file with alpha. */
  png: Uint8Array;
  width: number;
  height: number;
}

/** Draws cards; the real one is an offscreen window (`shell/card-window.ts`). */
export interface CardRenderer {
  render(spec: CardSpec): Promise<Card>;
}
