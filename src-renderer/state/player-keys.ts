import { isTyping } from './shortcuts.ts';

export type PlayerCommand =
  | 'toggle'
  | 'back'
  | 'forward'
  | 'jump-back'
  | 'jump-forward'
  | 'frame-back'
  | 'frame-forward'
  | 'mark'
  | 'picture-in-picture'
  | 'full-screen';

const KEYS: Record<string, PlayerCommand> = {
  ' ': 'toggle',
  k: 'toggle',
  j: 'jump-back',
  l: 'jump-forward',
  arrowleft: 'back',
  arrowright: 'forward',
  ',': 'frame-back',
  '.': 'frame-forward',
  m: 'mark',
  f: 'full-screen',
};

/** What a key tells the player; null where it belongs to somebody else (a field, a button, a dialog). */
export function playerKey(event: KeyboardEvent): PlayerCommand | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return null;
  const key = event.key.toLowerCase();
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest('[role="dialog"]') != null) return null;
  // Space presses the button that has the focus; the arrows move its slider.
  if (key === ' ' && target?.closest('button, a, [role="button"]') != null) return null;
  if (key.startsWith('arrow') && target?.matches('input') === true) return null;
  return KEYS[key] ?? null;
}
