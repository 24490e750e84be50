import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRollcall, type RollcallProcess } from '../../build/launch-electron.ts';
import type { DoneEvent, RollcallEvent } from '../../src-main/contract/events.ts';

const EVENT_TIMEOUT_MS = 20_000;

/** `rollcall record` on the built app, for tests: with a library and a user-data folder of its own. */
export interface Recorder {
  process: RollcallProcess;
  library: string;
  /** What it has printed so far. */
  events(): RollcallEvent[];
  /** Waits until it has printed such an event (the `nth`, from 1). */
  event<Name extends RollcallEvent['event']>(
    name: Name,
    nth?: number,
  ): Promise<Extract<RollcallEvent, { event: Name }>>;
  /** Waits for the end; throws with its stderr where the last line is not `done`. */
  done(): Promise<{ code: number | null; done: DoneEvent; events: RollcallEvent[] }>;
}

/** A new folder below the system's for temporary files. */
export const temporaryDir = (name: string): string => mkdtempSync(join(tmpdir(), `rollcall-${name}-`));

export const parseEvents = (stdout: string): RollcallEvent[] =>
  stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as RollcallEvent);

/** Where a recording keeps its session, by what it said. */
export const sessionDirOf = (events: readonly RollcallEvent[]): string => {
  const recording = events.find((event) => event.event === 'recording');
  if (recording?.event !== 'recording') throw new Error('nothing was recorded');
  return recording.session_dir;
};

/** Runs any command of the app with `--json` to its end. */
export async function runCommand(
  words: string[],
  userData = temporaryDir('profile'),
): Promise<{ code: number | null; events: RollcallEvent[]; stderr: string }> {
  const process = await startRollcall([`--user-data-dir=${userData}`, ...words, '--json']);
  const { code } = await process.exited;
  return { code, events: parseEvents(process.stdout()), stderr: process.stderr() };
}

/** Starts recording `url`; further words are the command line's. */
export async function startRecorder(
  url: string,
  words: string[] = [],
  library = temporaryDir('library'),
  options: { stdin?: boolean } = {},
): Promise<Recorder> {
  const args = ['record', url, '--library', library, '--json', ...words];
  const process = await startRollcall([`--user-data-dir=${temporaryDir('profile')}`, ...args], options);
  const events = (): RollcallEvent[] => parseEvents(process.stdout().slice(0, process.stdout().lastIndexOf('\n') + 1));
  return {
    process,
    library,
    events,
    event: async (name, nth = 1) => {
      for (const until = Date.now() + EVENT_TIMEOUT_MS; Date.now() < until; await sleep(20)) {
        const found = events().filter((event) => event.event === name)[nth - 1];
        if (found) return found as never;
      }
      throw new Error(`no "${name}" number ${nth}:\n${process.stdout()}\n${process.stderr()}`);
    },
    done: async () => {
      const { code } = await process.exited;
      const all = events();
      const last = all.at(-1);
      if (last?.event !== 'done')
        throw new Error(`no "done" (exit code ${code}):\n${process.stdout()}\n${process.stderr()}`);
      return { code, done: last, events: all };
    },
  };
}

/** Writes a settings file and names it. */
export function settingsFile(settings: object): string {
  const file = join(temporaryDir('settings'), 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}
