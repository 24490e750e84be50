import { common } from './common.ts';
import { system } from './system.ts';

/** Every text of the app in English: the catalogue that other languages translate. A part per screen. */
export const en = { common, system };
