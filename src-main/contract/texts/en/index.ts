import { checks } from './checks.ts';
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
import { outputs } from './outputs.ts';
import { palette } from './palette.ts';
import { player } from './player.ts';
import { preflight } from './preflight.ts';
import { progress } from './progress.ts';
import { queue } from './queue.ts';
import { recorder } from './recorder.ts';
import { retention } from './retention.ts';
import { review } from './review.ts';
import { rooms } from './rooms.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { shortcuts } from './shortcuts.ts';
import { states } from './states.ts';
import { system } from './system.ts';
import { tracks } from './tracks.ts';
import { tray } from './tray.ts';
import { trials } from './trials.ts';
import { units } from './units.ts';
import { updates } from './updates.ts';
import { welcome } from './welcome.ts';

/** Every text of the app in English: the catalogue that other languages translate. A part per screen or subject. */
export const en = {
  checks,
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
  outputs,
  palette,
  player,
  preflight,
  progress,
  queue,
  recorder,
  retention,
  review,
  rooms,
  settings,
  shell,
  shortcuts,
  states,
  system,
  tracks,
  tray,
  trials,
  units,
  updates,
  welcome,
};
