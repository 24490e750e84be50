import { keptChoice } from './kept-choice.ts';

export const THEME_CHOICES = ['system', 'dark', 'light'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

export const keptTheme = keptChoice('theme', THEME_CHOICES);
