import { strong, type Sentence } from '../sentence.ts';
import { plural } from './plural.ts';

const recordings = (count: number): string => plural(count, 'recording');

/** The Library screen, and moving recordings to the bin. */
export const library = {
  title: 'Library',
  view: 'How recordings are shown',
  views: { list: 'A line each', grid: 'A picture each' },
  search: 'Room, person, date or state',
  searchHint:
    'Recordings are found by room, person, date (“20 Nov”, “2026-11-20”) and state (“delivered”, “needs you”).',
  nothingMatches: (search: string) => `Nothing matches “${search}”`,
  list: 'Recordings',
  none: 'No recordings yet',
  noneNote: 'Every recording is a folder on this computer. It is listed here as soon as it starts.',
  nobodyJoined: 'Nobody joined',
  people: (count: number, names: string) => `${plural(count, 'person', 'people')}: ${names}`,
  more: 'More about the library',
  import: 'Import recordings…',
  rescan: 'Read the folders again',
  rescanned: 'The library has been read again.',
  select: 'Select',
  done: 'Done',
  choose: (roomName: string, when: string) => `Choose ${roomName}, ${when}`,
  chosen: {
    title: 'Chosen recordings',
    count: (count: number) => `${count} chosen`,
    all: 'Choose all',
    retry: (count: number) => `Retry upload (${count})`,
  },
  bin: {
    titleOfMany: (count: number) => `Move ${count} recordings to the bin?`,
    titleOfOne: (roomName: string) => `Move “${roomName}” to the bin?`,
    delivered: (count: number): Sentence => [strong(recordings(count)), ' delivered: the files stay in their storage.'],
    onlyHere: (count: number, names: readonly string[]): Sentence => [
      strong(recordings(count)),
      ` with files that are nowhere else: ${names.map((name) => `“${name}”`).join(', ')}`,
      `${count > names.length ? ` and ${count - names.length} more` : ''}.`,
    ],
    size: (size: string) =>
      `${size} of finished files, and what was captured, go to the system’s bin and can be put back from there.`,
    keep: 'Keep',
    accept: 'Move to the bin',
    moved: (count: number) => `${recordings(count)} moved to the bin.`,
  },
  imported: (count: number) => `${recordings(count)} brought in.`,
  importedInPart: {
    message: (count: number, name: string, why: string, others: number) =>
      `${recordings(count)} brought in. "${name}" was left out: ${why}${others > 0 ? `; ${others} more were left out` : ''}.`,
    remedy: 'What is left out is untouched where it was.',
  },
};
