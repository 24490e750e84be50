import { strong, type Sentence } from '../sentence.ts';

/** The Rooms screen, and a call that a link proposes. */
export const rooms = {
  title: 'Rooms',
  search: 'Search rooms',
  link: {
    title: 'Record a call',
    note: 'Paste the link that people join with. Rollcall joins as a visible guest and records everybody.',
    busy: 'A recording is under way. Stop it before you start another.',
  },
  list: 'Your rooms',
  add: 'Add room',
  none: 'No rooms yet',
  noneNote: 'A link is enough to record. Keep the rooms that you record often here, with where their files go.',
  nothingMatches: (search: string) => `No room matches “${search}”`,
  searchHint: 'Rooms are found by name, link and template.',
  record: 'Record',
  recordRoom: (name: string) => `Record ${name}`,
  edit: (name: string) => `Edit room ${name}`,
  watched: 'Recorded whenever somebody is there.',
  recordingOf: (name: string) => `Recording of ${name}`,
  recording: {
    auto: 'Auto',
    enabled: 'Enabled',
    disabled: 'Disabled',
  },
  request: {
    title: 'Record this call?',
    question: (host: string): Sentence => [
      'A link asks Rollcall to join ',
      strong(host),
      ' and record everybody there. Say yes only where you know who sent it.',
    ],
    busy: 'A recording is under way. Stop it first.',
    refuse: 'Do not record',
    accept: 'Record this call',
  },
};
