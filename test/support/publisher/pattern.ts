/**
 * The test picture, in fractions of its width and height, so that a tile of any size can be read. Used by the clips that
 * are published and by the checks that read recordings.
 *
 *   +--------------------------------------------------+
 *   |   [ frame counter: 20 cells, see COUNTER ]       |   top, clear of name labels that are put at the bottom
 *   |                  name of the peer                |
 *   |   patch of    +---------------------+            |
 *   |   the peer's  |  something moving   |   the      |
 *   |   colour      |                     |   same     |
 *   |               +---------------------+            |
 *   |        a white ball going to and fro             |
 *   +--------------------------------------------------+
 *
 * On every whole second the whole picture but the counter is white for 100 ms, and the beep sounds for 100 ms.
 */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const FLASH_MS = 100;
export const BEEP_MS = 100;
/** The beep's amplitude, and that of the quiet continuous tone below it, where there is one. */
export const BEEP_AMPLITUDE = 0.35;
export const HUM_AMPLITUDE = 0.03;

/**
 * Frame counter, left to right: white, black, then 16 bits with the highest first (white is 1), then even parity over
 * them, then black. White and black are the references for the threshold. 16 bits are 36 minutes at 30 fps.
 */
export const COUNTER: Rect & { cells: number; bits: number } = {
  x: 0.05,
  y: 0.05,
  width: 0.9,
  height: 0.09,
  cells: 20,
  bits: 16,
};

/** Only the peer's colour, whenever no flash is on. */
export const COLOUR_PATCH: Rect = { x: 0.04, y: 0.36, width: 0.16, height: 0.4 };

/** Where something moves: the middle. */
export const MOVING: Rect = { x: 0.25, y: 0.32, width: 0.5, height: 0.48 };

/** Far enough from each other, and from each other's harmonics, that each can be found in a mix of all (Hz). */
export const TONES = [620, 930, 1310, 1730, 2210, 2790, 3410, 4130] as const;
/** Colours that stay apart after chroma subsampling and scaling. */
export const COLOURS = [
  '#b02020',
  '#1f8a3b',
  '#2340b8',
  '#a8821a',
  '#7a1fa0',
  '#1b8f96',
  '#b8548c',
  '#5c6672',
] as const;
