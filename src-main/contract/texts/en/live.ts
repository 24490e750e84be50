import { strong, type Sentence } from '../sentence.ts';
import { plural } from './plural.ts';

/** The Live screen: who is in the call, how it goes, what becomes of it. */
export const live = {
  title: 'Live',
  none: 'Nothing is being recorded',
  noneNote: 'While a call is recorded, its people and their sound and pictures are here.',
  timer: 'Recorded so far',
  pause: 'Pause',
  resume: 'Resume',
  review: 'Review',
  joining: (roomName: string) => `Joining ${roomName}…`,
  joiningNote: 'Others will see that a recorder is in the call.',
  alone: 'In the call, and nobody else is',
  aloneNote: 'Recording starts by itself with the first sound or picture of somebody.',
  inCall: (count: number) => `${plural(count, 'person', 'people')} in the call`,
  left: (count: number) => `· ${count} left`,
  hasLeft: 'left the call',
  sendsNothing: 'Sends nothing yet',
  cameraOf: (name: string) => `Camera of ${name}`,
  loudnessOf: (name: string) => `Loudness of ${name}`,
  screenOf: (name: string) => `Screen of ${name}`,
  recorded: (size: string): Sentence => [strong(size), ' so far'],
  diskFree: (size: string): Sentence => [strong(size), ' of disk free'],
  diskLeft: (span: string): Sentence => [strong(span), ' of disk left'],
  wellbeing: {
    good: 'All well',
    paused: 'Paused: nothing is kept of what is sent now.',
    diskLow: 'The disk is nearly full: free some space, or stop the recording in time.',
    noPicture: (name: string) => `No picture arrives from ${name}.`,
  },
  stop: {
    title: 'Stop recording?',
    question: (roomName: string, length: string): Sentence => [
      `“${roomName}” has been recorded for `,
      strong(length),
      '. Rollcall leaves the call, finishes the files, and delivers them. The call itself goes on.',
    ],
    keep: 'Keep recording',
    accept: 'Stop recording',
  },
  files: {
    title: 'Files',
    ready: (ready: number, total: number) => `${ready} of ${total} ready`,
    looking: 'Looking at what was captured',
    lookingNote: 'The files of this recording appear here in a moment.',
    none: 'No files were made',
    noneNote: 'Nobody sent sound or pictures.',
  },
  delivery: {
    title: 'Delivery',
    delivered: (delivered: number, total: number) => `${delivered} of ${total} delivered`,
  },
};
