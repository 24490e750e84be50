/**
 * Text that ends in an ellipsis tells itself in full when it is pointed at: one listener for all of them. Returns how to
 * stop it.
 */
export function tellClipped(target: Document): () => void {
  const onPointerOver = (event: Event): void => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>('.clip') : null;
    if (element === null) return;
    if (element.scrollWidth > element.clientWidth) element.title ||= element.textContent.trim();
  };
  target.addEventListener('pointerover', onPointerOver);
  return () => target.removeEventListener('pointerover', onPointerOver);
}
