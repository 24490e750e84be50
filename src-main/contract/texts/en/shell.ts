import { plural } from './plural.ts';

/** What is around the screens: the places, the window's title, and what is told in passing. */
export const shell = {
  places: 'Places',
  shortcuts: 'Shortcuts',
  needYou: (count: number) => `${count} need you`,
  offline: 'Offline: joining and uploading wait. All else works.',
  free: (size: string) => `${size} free`,
  windowTitle: (paused: boolean, word: string, roomName: string) =>
    `${paused ? '‖' : '●'} ${word} ${roomName} · Rollcall`,
  noStorage: {
    message: 'The files are ready on this computer; their upload waits, because no storage is set up for this room.',
    remedy: 'Set up hosted storage in Settings, or a destination for the room, then retry.',
  },
  unreachable: {
    message: 'The window could not reach the rest of the app.',
    remedy: 'Close the window and open it again. A recording under way is not affected.',
  },
  diagnosticsCopied: 'Diagnostics copied.',
  linkCopied: (when: string) => `Link copied. It works until ${when}.`,
  libraryMoved: (dir: string) => `Recordings are kept in ${dir} from now on.`,
  settingsImported: (file: string, rooms: number, templates: number) =>
    `${file}: ${plural(rooms, 'room')} and ${plural(templates, 'template')} are in use now.`,
  written: (file: string) => `${file} written, without any secret.`,
};
