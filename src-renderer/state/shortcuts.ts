import { texts } from '../../src-main/contract/texts/index.ts';
import type { Actions } from './actions.ts';
import type { UiStore } from './store.ts';

const KEYS = texts.shortcuts.keys;

/** The keyboard, as the `?` dialog lists it. Only what really works stands here. */
export const SHORTCUTS: readonly { keys: readonly string[]; does: string; where: 'everywhere' | 'player' }[] = [
  { keys: ['R'], does: texts.shortcuts.record, where: 'everywhere' },
  { keys: ['P'], does: texts.shortcuts.pause, where: 'everywhere' },
  { keys: ['/'], does: texts.shortcuts.search, where: 'everywhere' },
  { keys: [KEYS.palette, KEYS.paletteOnMac], does: texts.shortcuts.palette, where: 'everywhere' },
  { keys: ['G', 'then', 'R L B Q S'], does: texts.shortcuts.goTo, where: 'everywhere' },
  { keys: [KEYS.escape], does: texts.shortcuts.back, where: 'everywhere' },
  { keys: ['?'], does: texts.shortcuts.list, where: 'everywhere' },
  { keys: [KEYS.space, 'K'], does: texts.shortcuts.play, where: 'player' },
  { keys: ['J', 'L'], does: texts.shortcuts.jump, where: 'player' },
  { keys: ['←', '→'], does: texts.shortcuts.step, where: 'player' },
  { keys: [',', '.'], does: texts.shortcuts.frame, where: 'player' },
  { keys: ['M'], does: texts.shortcuts.mark, where: 'player' },
  { keys: ['F'], does: texts.shortcuts.fullScreen, where: 'player' },
];

/** Whether a key belongs to what is being typed or to a control, and is no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches(
        'input:not([type="range"], [type="radio"]), textarea, select, [role="textbox"], [role="combobox"]',
      ))
  );
}

const GO_TO = { r: 'rooms', l: 'live', b: 'library', q: 'queue', s: 'settings' } as const;
const GO_TO_WITHIN_MS = 1200;

/** Listens for the shortcuts that work everywhere; the player listens for its own. Returns how to stop it. */
export function listenForShortcuts(store: UiStore, actions: Actions, target: Window): () => void {
  let goPressedAt = -Infinity;
  const onKeyDown = (event: KeyboardEvent): void => {
    const { dialog, editor, trashing, retaining, requested, view } = store.getState();
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && key === 'k') {
      event.preventDefault();
      actions.openDialog(dialog === 'palette' ? null : 'palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ([dialog, editor, trashing, retaining, requested].some((open) => open !== null)) return;
    if (isTyping(event.target)) return;
    const goTo = event.timeStamp - goPressedAt < GO_TO_WITHIN_MS;
    goPressedAt = -Infinity;
    if (goTo && key in GO_TO) {
      event.preventDefault();
      actions.show({ screen: GO_TO[key as keyof typeof GO_TO] });
      return;
    }
    switch (key) {
      case 'g':
        goPressedAt = event.timeStamp;
        return;
      case 'r':
        event.preventDefault();
        actions.recordOrStop();
        return;
      case 'p':
        void actions.pauseOrResume();
        return;
      case 'm':
        if (view.screen === 'live') void actions.markLive();
        return;
      case '/':
        event.preventDefault();
        actions.focusSearch();
        return;
      case '?':
        actions.openDialog('shortcuts');
        return;
      case 'escape':
        if (view.screen === 'review') actions.show({ screen: 'library' });
        return;
    }
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}
