import { closing } from './closing.ts';
import { common } from './common.ts';
import { destinations } from './destinations.ts';
import { dialogs } from './dialogs.ts';
import { editor } from './editor.ts';
import { effective } from './effective.ts';
import { exports } from './exports.ts';
import { files } from './files.ts';
import { health } from './health.ts';
import { library } from './library.ts';
import { live } from './live.ts';
import { notices } from './notices.ts';
import { preflight } from './preflight.ts';
import { progress } from './progress.ts';
import { queue } from './queue.ts';
import { review } from './review.ts';
import { rooms } from './rooms.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { states } from './states.ts';
import { system } from './system.ts';
import { tray } from './tray.ts';
import { trials } from './trials.ts';
import { units } from './units.ts';
import { updates } from './updates.ts';
import { welcome } from './welcome.ts';

/** Every text of the app in English: the catalogue that other languages translate. A part per screen. */
export const en = {
  closing,
  common,
  destinations,
  dialogs,
  editor,
  effective,
  exports,
  files,
  health,
  library,
  live,
  notices,
  preflight,
  progress,
  queue,
  review,
  rooms,
  settings,
  shell,
  states,
  system,
  tray,
  trials,
  units,
  updates,
  welcome,
};
