/**
 * Looks for what a person would see as broken in the page that is shown: text that is cut, text upon text, controls upon
 * controls, a page that scrolls sideways. What is cut with an ellipsis tells itself in full when pointed at, so it is no flaw.
 */

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Anything below this is a matter of rounding and of how far glyphs reach. */
const SLACK_PX = 2;
const CONTROLS = 'button, a[href], input, select, textarea, [role="button"], [role="option"], [role="slider"]';
/** Marks on a time axis lie where their time is. */
const ON_AN_AXIS = '[data-axis]';

/** One sentence per flaw. */
export function findFlaws(): string[] {
  const dialog = [...document.querySelectorAll('[role="dialog"]')].at(-1);
  const scope = dialog ?? document.body;
  return [...new Set([...sideways(), ...cutTexts(scope), ...textOnText(scope), ...controlsOnControls(scope)])];
}

function sideways(): string[] {
  return [...document.querySelectorAll<HTMLElement>('html, body, body *')]
    .filter((element) => {
      const style = getComputedStyle(element);
      const scrolls =
        element === document.documentElement || style.overflowX === 'auto' || style.overflowX === 'scroll';
      return scrolls && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + SLACK_PX;
    })
    .map((element) => `${nameOf(element)} scrolls sideways: ${element.scrollWidth} in ${element.clientWidth} px`);
}

interface Text {
  words: string;
  element: HTMLElement;
  box: Box;
}

/** Every line of text that is meant to be seen, where it is drawn. */
function textsIn(scope: Element): Text[] {
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const words = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (words === '' || element === null || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) texts.push({ words, element, box });
    }
  }
  return texts;
}

function cutTexts(scope: Element): string[] {
  return textsIn(scope).flatMap(({ words, element, box }) => {
    const cutter = cutterOf(element, box);
    return cutter === null ? [] : [`"${short(words)}" is cut by ${cutter}`];
  });
}

/** What cuts a box off for good; null where it shows whole, can be scrolled to, or ends in an ellipsis. */
function cutterOf(element: HTMLElement, box: Box): string | null {
  for (let each: HTMLElement | null = element; each !== null; each = each.parentElement) {
    const style = getComputedStyle(each);
    const around = each.getBoundingClientRect();
    const beyondX = box.right > around.right + SLACK_PX || box.left < around.left - SLACK_PX;
    const beyondY = box.bottom > around.bottom + SLACK_PX || box.top < around.top - SLACK_PX;
    if (style.textOverflow === 'ellipsis' && style.overflowX === 'hidden' && beyondX) return null;
    if (beyondX && scrolls(style.overflowX)) return null; // `sideways` tells of it.
    if (beyondY && scrolls(style.overflowY)) return null;
    if ((beyondX && hides(style.overflowX)) || (beyondY && hides(style.overflowY))) return nameOf(each);
    if (style.position === 'fixed') break;
  }
  const beyondWindow = box.right > innerWidth + SLACK_PX || box.left < -SLACK_PX || box.bottom > innerHeight + SLACK_PX;
  return beyondWindow ? 'the window' : null;
}

function textOnText(scope: Element): string[] {
  const texts = textsIn(scope).flatMap((text) => {
    const box = shownPart(text.element, text.box);
    return box === null ? [] : [{ ...text, box }];
  });
  return pairs(texts)
    .filter(
      ([a, b]) => a.element !== b.element && !isSticky(a.element) && !isSticky(b.element) && overlap(a.box, b.box),
    )
    .map(([a, b]) => `"${short(a.words)}" lies on "${short(b.words)}"`);
}

function controlsOnControls(scope: Element): string[] {
  const controls = [...scope.querySelectorAll<HTMLElement>(CONTROLS)].flatMap((element) => {
    if (!isSeen(element) || element.closest(ON_AN_AXIS) !== null || isSticky(element)) return [];
    const box = shownPart(element, element.getBoundingClientRect());
    return box === null ? [] : [{ element, box }];
  });
  return pairs(controls)
    .filter(([a, b]) => !belongTogether(a.element, b.element) && overlap(a.box, b.box))
    .map(([a, b]) => `${nameOf(a.element)} lies on ${nameOf(b.element)}`);
}

/** One inside the other, or both parts of one field. */
function belongTogether(a: HTMLElement, b: HTMLElement): boolean {
  if (a.contains(b) || b.contains(a)) return true;
  const field =
    '.mantine-Input-wrapper, .mantine-Switch-root, .mantine-Checkbox-root, .mantine-SegmentedControl-control';
  const own = a.closest(field);
  return own !== null && own === b.closest(field);
}

/** The part of a box that no scrolled or hidden frame around it takes away. */
function shownPart(element: HTMLElement, box: Box): Box | null {
  let { left, top, right, bottom } = box;
  for (let each: HTMLElement | null = element; each !== null; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
    const around = each.getBoundingClientRect();
    left = Math.max(left, around.left);
    top = Math.max(top, around.top);
    right = Math.min(right, around.right);
    bottom = Math.min(bottom, around.bottom);
    if (style.position === 'fixed') break;
  }
  return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
}

function isSeen(element: HTMLElement): boolean {
  if (element.closest('.visually-hidden, script, style, title, option') !== null) return false;
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

/** Stays in its place while what is below it scrolls: it may lie on it. */
function isSticky(element: HTMLElement): boolean {
  for (let each: HTMLElement | null = element; each !== null; each = each.parentElement) {
    const { position } = getComputedStyle(each);
    if (position === 'sticky') return true;
    if (position === 'fixed') return each.closest('[role="dialog"]') === null && each.querySelector('main') === null;
  }
  return false;
}

const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
const hides = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';

const overlap = (a: Box, b: Box): boolean =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK_PX &&
  // Lines of text are allowed to touch: their boxes are higher than their letters.
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2 * SLACK_PX;

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b): [Item, Item] => [a, b]));
}

const short = (words: string): string => (words.length > 40 ? `${words.slice(0, 40)}…` : words);

function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
  const kind =
    element.classList.length > 0
      ? `${element.tagName.toLowerCase()}.${element.classList[0] ?? ''}`
      : element.tagName.toLowerCase();
  return label === '' ? kind : `${kind} "${short(label)}"`;
}
