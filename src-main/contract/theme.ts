import { z } from 'zod';
import { PAUSED_TEXT } from './cards.ts';

/**
 * How a composite looks: a small JSON file (`--theme FILE`), or `composite.theme` of the settings. Everything is
 * optional; what is not said is as `DEFAULT_THEME` has it.
 */

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as "#1d2024"');
const text = z.string().max(200);

export const themeSchema = z.strictObject({
  /** Between the tiles. */
  background: colour.optional(),
  /** A tile's own ground: behind initials, beside pictures of another shape. */
  tile: colour.optional(),
  /** Of labels, initials, title and clock. */
  text: colour.optional(),
  /** Behind labels and badges, at `label_opacity`. */
  label_background: colour.optional(),
  label_opacity: z.number().min(0).max(1).optional(),
  /** Around the tile of who speaks. */
  speaker_border: colour.optional(),
  /** Of the mute badge. */
  muted: colour.optional(),
  /** CSS font families; the system's own where absent. Scripts that they do not have fall back to fonts that do. */
  font: z
    .string()
    .regex(/^[\p{L}\p{N} ,"'-]{1,200}$/u, 'must be font families such as "Inter, sans-serif"')
    .optional(),
  /** What is shown at all. */
  show: z
    .strictObject({
      labels: z.boolean().optional(),
      mute_badge: z.boolean().optional(),
      reconnecting_badge: z.boolean().optional(),
      speaker_border: z.boolean().optional(),
      /** Time since the session's start, in a band above the tiles. */
      clock: z.boolean().optional(),
    })
    .optional(),
  /** In a band above the tiles; `--title` goes before it. */
  title: text.optional(),
  /** Words in the picture, for other languages. */
  words: z.strictObject({ nobody: text.optional(), paused: text.optional(), reconnecting: text.optional() }).optional(),
});
export type ThemeFile = z.infer<typeof themeSchema>;

/** A theme with nothing left open. */
export interface Theme {
  background: string;
  tile: string;
  text: string;
  labelBackground: string;
  labelOpacity: number;
  speakerBorder: string;
  muted: string;
  /** Empty for the system's own. */
  font: string;
  show: { labels: boolean; muteBadge: boolean; reconnectingBadge: boolean; speakerBorder: boolean; clock: boolean };
  /** Empty for none. */
  title: string;
  words: { nobody: string; paused: string; reconnecting: string };
}

export const DEFAULT_THEME: Theme = {
  background: '#15171a',
  tile: '#1d2024',
  text: '#ffffff',
  labelBackground: '#0a0c0e',
  labelOpacity: 0.66,
  speakerBorder: '#4c9ffe',
  muted: '#ff6b5e',
  font: '',
  show: { labels: true, muteBadge: true, reconnectingBadge: true, speakerBorder: true, clock: false },
  title: '',
  words: { nobody: 'Nobody is in the call', paused: PAUSED_TEXT, reconnecting: 'Reconnecting…' },
};

/** The whole theme that a theme file stands for. */
export function completeTheme(file: ThemeFile | undefined, title?: string): Theme {
  const { show, words } = DEFAULT_THEME;
  return {
    background: file?.background ?? DEFAULT_THEME.background,
    tile: file?.tile ?? DEFAULT_THEME.tile,
    text: file?.text ?? DEFAULT_THEME.text,
    labelBackground: file?.label_background ?? DEFAULT_THEME.labelBackground,
    labelOpacity: file?.label_opacity ?? DEFAULT_THEME.labelOpacity,
    speakerBorder: file?.speaker_border ?? DEFAULT_THEME.speakerBorder,
    muted: file?.muted ?? DEFAULT_THEME.muted,
    font: file?.font ?? DEFAULT_THEME.font,
    show: {
      labels: file?.show?.labels ?? show.labels,
      muteBadge: file?.show?.mute_badge ?? show.muteBadge,
      reconnectingBadge: file?.show?.reconnecting_badge ?? show.reconnectingBadge,
      speakerBorder: file?.show?.speaker_border ?? show.speakerBorder,
      clock: file?.show?.clock ?? show.clock,
    },
    title: title ?? file?.title ?? '',
    words: {
      nobody: file?.words?.nobody ?? words.nobody,
      paused: file?.words?.paused ?? words.paused,
      reconnecting: file?.words?.reconnecting ?? words.reconnecting,
    },
  };
}
