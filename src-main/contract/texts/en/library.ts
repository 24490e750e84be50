import { plural } from './plural.ts';

/** The Library screen, and moving recordings to the bin. */
export const library = {
  howShown: 'How recordings are shown',
  views: { list: 'A line each', grid: 'A picture each' },
  library: 'Library',
  roomPersonDateOrState: 'Room, person, date or state',
  done: 'Done',
  select: 'Select',
  moreAboutTheLibrary: 'More about the library',
  openFolder: 'Open folder',
  importRecordings: 'Import recordings…',
  readTheFoldersAgain: 'Read the folders again',
  chosenRecordings: 'Chosen recordings',
  chosen: (chosenCount: number) => `${chosenCount} chosen`,
  chooseAll: 'Choose all',
  retryUpload: (retryableCount: number) => `Retry upload (${retryableCount})`,
  moveToTheBin: 'Move to the bin…',
  choose: (roomName: string, when: string) => `Choose ${roomName}, ${when}`,
  chooseFolder: 'Choose folder…',
  recordingsAreFoundByRoom:
    'Recordings are found by room, person, date (“20 Nov”, “2026-11-20”) and state (“delivered”, “needs you”).',
  nothingMatches: (search: string) => `Nothing matches “${search}”`,
  recordings: 'Recordings',
  everyRecordingIsAFolder: 'Every recording is a folder on this computer. It is listed here as soon as it starts.',
  noRecordingsYet: 'No recordings yet',
  chooseWhatToRecord: 'Choose what to record',
  emptyTheSearch: 'Empty the search',
  moveRecordingsToTheBin: (chosenCount: number) => `Move ${chosenCount} recordings to the bin?`,
  moveToTheBinOf: (roomName: string) => `Move “${roomName}” to the bin?`,
  deliveredTheFilesStayIn: 'delivered: the files stay in their storage.',
  withFilesThatAreNowhere: (value: string, onlyHereCount: number, onlyHereCount2: number) =>
    `with files that are nowhere else: ${value}${onlyHereCount > 3 ? ` and ${onlyHereCount2} more` : ''}.`,
  ofFinishedFilesAndWhat: (size: string) =>
    `${size} of finished files, and what was captured, go to the system’s bin and can be put back from there.`,
  keep: 'Keep',
  moveToTheBin2: 'Move to the bin',
  recording: (count: number) => plural(count, 'recording'),
  nobodyJoined: 'Nobody joined',
  broughtIn: (count: string) => `${count} brought in.`,
  broughtInWasLeftOut: (count: string, name: string, why: string, skippedCount: number, skippedCount2: number) =>
    `${count} brought in. "${name}" was left out: ${why}${skippedCount > 1 ? `; ${skippedCount2} more were left out` : ''}.`,
  whatIsLeftOutIs: 'What is left out is untouched where it was.',
  movedToTheBin: (count: string) => `${count} moved to the bin.`,
  theLibraryHasBeenRead: 'The library has been read again.',
};
