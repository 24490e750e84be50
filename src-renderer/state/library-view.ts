import { keptChoice } from './kept-choice.ts';

export const LIBRARY_VIEWS = ['list', 'grid'] as const;
/** How the library shows recordings: a line each, or a picture each. */
export type LibraryView = (typeof LIBRARY_VIEWS)[number];

export const keptLibraryView = keptChoice('library-view', LIBRARY_VIEWS);
