import { units } from './units.ts';

const span = (days: number): string => (days === 365 ? 'a year' : days === 1 ? 'a day' : units.days(days));

/** What becomes of recordings on this computer once they are delivered. */
export const retention = {
  title: 'Delivered recordings',
  note: 'Stay on this computer until you move them to the bin.',
  noteAfter: (days: number) =>
    `Go to the system’s bin ${span(days)} after their delivery, if their storage still has every file. Others stay.`,
  keep: 'Keep on this computer',
  after: (days: number) => `To the bin after ${span(days)}`,
  dialog: {
    title: (days: number) => `Move delivered recordings to the bin after ${span(days)}?`,
    noneDue: 'None is that old now.',
    due: (count: number, size: string) =>
      `Now ${count === 1 ? 'one recording is' : `${count} recordings are`} that old (${size} of files). They go ten minutes from now.`,
    checked:
      'Just before a recording goes, each of its files is looked up in its storage. If one is missing or cannot be looked up, the recording stays, and you are told here.',
    captured:
      'What was captured goes with it: other layouts cannot be made any more. Until the bin is emptied, it can be put back from there.',
    keep: 'Do not change',
    accept: (days: number) => `Move to the bin after ${span(days)}`,
  },
};
