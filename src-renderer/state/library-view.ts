export const LIBRARY_VIEWS = ['list', 'grid'] as const;
/** How the library shows recordings: a line each, or a picture each. */
export type LibraryView = (typeof LIBRARY_VIEWS)[number];

const KEY = 'rollcall.library-view';

/** The choice of the last time; `list` where none was made. */
export function readLibraryView(): LibraryView {
  const kept = localStorage.getItem(KEY);
  return LIBRARY_VIEWS.find((view) => view === kept) ?? 'list';
}

export function keepLibraryView(view: LibraryView): void {
  localStorage.setItem(KEY, view);
}
