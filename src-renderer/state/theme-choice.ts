export const THEME_CHOICES = ['system', 'dark', 'light'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'rollcall.theme';

/** The choice of the last time; `system` where none was made. */
export function readTheme(): ThemeChoice {
  const kept = localStorage.getItem(KEY);
  return THEME_CHOICES.find((choice) => choice === kept) ?? 'system';
}

export function keepTheme(choice: ThemeChoice): void {
  localStorage.setItem(KEY, choice);
}
