/** What the gallery's page offers to whoever looks at it: tests and the taking of screenshots. */
interface Window {
  gallery: {
    names: string[];
    /** Draws a scene anew, with nothing left of the one before. */
    show(name: string, theme: 'dark' | 'light'): void;
    findFlaws(): string[];
  };
}
