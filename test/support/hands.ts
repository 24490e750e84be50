import type { Locator, Page } from 'playwright-core';

/** How a person does something in the window: with the mouse, or with the keyboard alone. */
export interface Hands {
  /** Presses a button, or opens what has a name. */
  press(target: Locator): Promise<void>;
  fill(target: Locator, text: string): Promise<void>;
  /** Turns a switch or a checkbox on. */
  turnOn(target: Locator): Promise<void>;
  turnOff(target: Locator): Promise<void>;
  /** Takes one of several: a tab, or a segment of a control. */
  pick(option: Locator): Promise<void>;
}

export const mouse = (): Hands => ({
  press: (target) => target.click(),
  fill: async (target, text) => {
    await target.click();
    await target.fill(text);
  },
  turnOn: (target) => target.check({ force: true }),
  turnOff: (target) => target.uncheck({ force: true }),
  pick: async (option) => {
    // A segment's own radio button is not drawn: its label is what people see and press.
    const isRadio = await option.evaluate((element) => element.matches('input'));
    await (isRadio ? option.locator('xpath=following-sibling::label') : option).click();
  },
});

/** More presses of Tab than any screen has stops. */
const MAX_TABS = 150;

/** Tab, Shift, Enter, Space, arrows and letters; every stop on the way has to be seen to have the focus. */
export function keyboard(page: Page): Hands {
  async function goTo(target: Locator): Promise<void> {
    await target.waitFor({ state: 'attached' });
    for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
      if (await target.evaluate(hasFocus)) return;
      await page.keyboard.press('Tab');
      const unseen = await page.evaluate(unseenFocus);
      if (unseen !== null) throw new Error(`the focus is not seen on ${unseen}`);
    }
    throw new Error(`Tab does not lead to ${target.toString()}`);
  }
  return {
    press: async (target) => {
      await goTo(target);
      await page.keyboard.press('Enter');
    },
    fill: async (target, text) => {
      await goTo(target);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.press('Delete');
      await page.keyboard.insertText(text);
    },
    turnOn: async (target) => {
      await goTo(target);
      if (!(await target.isChecked())) await page.keyboard.press('Space');
    },
    turnOff: async (target) => {
      await goTo(target);
      if (await target.isChecked()) await page.keyboard.press('Space');
    },
    pick: async (option) => {
      await option.waitFor({ state: 'attached' });
      // One of a group is a stop of Tab; the arrows go through the group.
      for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
        if (await option.evaluate(isInFocusedGroup)) break;
        await page.keyboard.press('Tab');
      }
      for (let arrows = 0; arrows < 10; arrows += 1) {
        if (await option.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press('ArrowRight');
      }
      throw new Error(`the arrows do not lead to ${option.toString()}`);
    },
  };
}

const hasFocus = (element: Element): boolean => element === document.activeElement;

function isInFocusedGroup(element: Element): boolean {
  const group = element.closest('[role="radiogroup"], [role="tablist"]');
  return group !== null && group.contains(document.activeElement);
}

/** Name of what has the focus where nothing shows it; null where it is seen, or the page itself has it. */
function unseenFocus(): string | null {
  const element = document.activeElement;
  if (element === null || element === document.body || element.getAttribute('tabindex') === '-1') return null;
  // Fields show it by their border and the caret; what is drawn for a hidden input shows it for the input.
  if (element.matches('input[type="text"], input:not([type]), input[type="password"], textarea, select')) return null;
  const drawn = [element, element.nextElementSibling, element.parentElement, element.parentElement?.nextElementSibling];
  const seen = drawn.some((each) => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  });
  return seen ? null : `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent.slice(0, 40)}`;
}
