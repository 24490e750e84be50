import type { Control } from '../../src-main/contract/settings.ts';
import { texts } from '../../src-main/contract/texts/index.ts';

/** When a recording begins and ends by itself, as the forms hold it. Empty: as the template says, else the default. */
export interface ControlDraft {
  /** Whether the room is recorded whenever somebody is there. */
  watch: '' | 'yes' | 'no';
  start: '' | 'first-peer' | 'join';
  /** Seconds, or "never". */
  emptySeconds: string;
  /** Minutes, or "never". */
  maxMinutes: string;
}

const NEVER = texts.editor.control.never;
const SECONDS_A_MINUTE = 60;

const shown = (value: number | null | undefined, unit: number): string =>
  value === undefined ? '' : value === null ? NEVER : String(value / unit);

export const controlDraft = (control: Control | null | undefined): ControlDraft => ({
  watch: control?.watch === undefined ? '' : control.watch ? 'yes' : 'no',
  start: control?.start ?? '',
  emptySeconds: shown(control?.stop_when_empty_seconds, 1),
  maxMinutes: shown(control?.max_duration_seconds, SECONDS_A_MINUTE),
});

/** What is typed as a number of seconds; null: never; undefined: nothing is; NaN: nothing that can be meant. */
function typed(text: string, unit: number): number | null | undefined {
  const said = text.trim().toLowerCase();
  if (said === '') return undefined;
  if (said === NEVER) return null;
  const value = Number(said.replace(',', '.')) * unit;
  return value >= 0 ? value : NaN;
}

/** The fields that are filled in; null where none is. */
export function controlValue({ watch, start, emptySeconds, maxMinutes }: ControlDraft): Control | null {
  const empty = typed(emptySeconds, 1);
  const longest = typed(maxMinutes, SECONDS_A_MINUTE);
  const control: Control = {
    ...(watch === '' ? {} : { watch: watch === 'yes' }),
    ...(start === '' ? {} : { start }),
    ...(empty === undefined ? {} : { stop_when_empty_seconds: empty }),
    ...(longest === undefined ? {} : { max_duration_seconds: longest }),
  };
  return Object.keys(control).length === 0 ? null : control;
}

/** What is wrong with a draft, in words; null where nothing is. */
export function missingInControl({ emptySeconds, maxMinutes }: ControlDraft): string | null {
  if (Number.isNaN(typed(emptySeconds, 1))) return texts.editor.missing.emptySeconds;
  const longest = typed(maxMinutes, SECONDS_A_MINUTE);
  return Number.isNaN(longest) || longest === 0 ? texts.editor.missing.longestMinutes : null;
}
