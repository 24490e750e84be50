import { common } from './common.ts';
import { destinations } from './destinations.ts';
import { editor } from './editor.ts';
import { exports } from './exports.ts';
import { files } from './files.ts';
import { library } from './library.ts';
import { live } from './live.ts';
import { progress } from './progress.ts';
import { queue } from './queue.ts';
import { review } from './review.ts';
import { rooms } from './rooms.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { states } from './states.ts';
import { system } from './system.ts';
import { trials } from './trials.ts';
import { units } from './units.ts';
import { updates } from './updates.ts';
import { welcome } from './welcome.ts';

/** Every text of the app in English: the catalogue that other languages translate. A part per screen. */
export const en = {
  common,
  destinations,
  editor,
  exports,
  files,
  library,
  live,
  progress,
  queue,
  review,
  rooms,
  settings,
  shell,
  states,
  system,
  trials,
  units,
  updates,
  welcome,
};
