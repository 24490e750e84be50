import { common } from './common.ts';
import { destinations } from './destinations.ts';
import { files } from './files.ts';
import { progress } from './progress.ts';
import { system } from './system.ts';
import { trials } from './trials.ts';
import { updates } from './updates.ts';

/** Every text of the app in English: the catalogue that other languages translate. A part per screen. */
export const en = { common, destinations, files, progress, system, trials, updates };
