import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseClockText } from '../contract/clock-text.ts';
import { RollcallError, toRollcallError } from '../contract/errors.ts';
import type { DoneEvent, Emit } from '../contract/events.ts';
import { LONGEST_TIMER_S, loudnessSchema } from '../contract/settings.ts';
import { Printer, type CliIo } from './output.ts';
import { addServeCommands, type ServeServices } from './serve-commands.ts';
import { addSettingsCommands, type SettingsServices } from './settings-commands.ts';

export interface RecordWords {
  joinUrl: string;
  room?: string;
  template?: string;
  library?: string;
  settings?: string;
  /** null: never; absent: as the settings say. */
  maxDurationS?: number | null;
  stopWhenEmptyS?: number | null;
  upload: boolean;
  composite: boolean;
}

export interface ComposeWords {
  sessionDir: string;
  layout: 'grid' | 'speaker' | 'screen';
  width: number;
  height: number;
  /** Frames a second; 30 where nothing is said. */
  fps: number | null;
  withoutPeers: string[];
  /** Part of the composite, seconds from its start; null for its start, or its end. */
  fromS: number | null;
  toS: number | null;
  /** No picture: an `.m4a`. */
  soundOnly?: boolean;
  title?: string;
  /** Integrated loudness, LUFS. */
  loudness?: number;
  /** A theme's file. */
  theme?: string;
  out?: string;
}

/** Every person's and screen's file, from the session's start to its end. */
export interface PadWords {
  sessionDir: string;
  withoutPeers: string[];
  /** A folder. */
  out?: string;
}

/** What a command ends with: the last line, and what went wrong where something did. */
export interface Outcome {
  done: DoneEvent | null;
  error: RollcallError | null;
  /** What a person is told of a success that says nothing else. */
  summary?: string;
}

/** What the commands do, handed in by the composition root. `signal` aborts at the first interruption. */
export interface CliServices {
  version: string;
  record(words: RecordWords, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  compose(words: ComposeWords, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  pad(words: PadWords, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  recover(path: string, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  upload(words: { sessionDir: string; settings?: string }, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  verify(words: { sessionDir: string; settings?: string }, emit: Emit, interrupted: AbortSignal): Promise<Outcome>;
  settings: SettingsServices;
  unattended: ServeServices;
}

/** Words that make the app a command line; without one of them its window opens. */
export const COMMANDS = [
  'record',
  'compose',
  'recover',
  'upload',
  'verify',
  'settings',
  'rooms',
  'serve',
  'tokens',
  'help',
] as const;

/** Exit code after a second interruption. */
const EXIT_INTERRUPTED = 130;

/**
 * Runs one command. `onInterrupt` registers what an interruption (SIGINT, SIGTERM) does: the first one lets the command
 * finish its files, the second one ends it at once.
 * @returns the exit code, see the README's table.
 */
export async function runCli(
  words: readonly string[],
  services: CliServices,
  io: CliIo,
  onInterrupt: (listener: () => void) => void,
): Promise<number> {
  const interrupted = new AbortController();
  let exitCode = 0;
  const run = async (json: boolean, work: (emit: Emit) => Promise<Outcome>): Promise<void> => {
    const printer = new Printer(io, json);
    const emit: Emit = (event) => printer.event(event);
    const outcome = await work(emit).catch((error: unknown): Outcome => ({
      done: null,
      error: toRollcallError(error),
    }));
    if (outcome.error) {
      emit({ event: 'error', ...outcome.error.toRecord() });
      exitCode = outcome.error.exitCode;
    }
    if (outcome.done) emit(outcome.done);
    if (outcome.summary !== undefined && !outcome.error) printer.success(outcome.summary);
  };
  const twice = new Promise<number>((resolve) => {
    onInterrupt(() => {
      if (interrupted.signal.aborted) return resolve(EXIT_INTERRUPTED);
      const recording = words[0] === 'record';
      io.err(
        `\nStopping${recording ? ': leaving the call and finishing the files' : ''}. Interrupt again to stop at once.\n`,
      );
      interrupted.abort();
    });
  });
  const program = build(services, io, run, interrupted.signal);
  const finished = program.parseAsync(words, { from: 'user' }).then(
    () => exitCode,
    (error: unknown) => {
      // Commander has printed what is wrong; --help and --version end with 0.
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      io.err(`${String(error)}\n`);
      return 1;
    },
  );
  return Promise.race([finished, twice]);
}

type Run = (json: boolean, work: (emit: Emit) => Promise<Outcome>) => Promise<void>;

function build(services: CliServices, io: CliIo, run: Run, interrupted: AbortSignal): Command {
  const program = new Command('rollcall')
    .description('Records calls held on a mediasoup SFU, makes MP4 files of them and delivers them to S3.')
    .version(services.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const json = (): Option => new Option('--json', 'print one JSON object a line on stdout');

  program
    .command('record')
    .description('join a call, record it, make the files and upload them')
    .argument(
      '<join-url>',
      'link of the room (https://host/?roomId=R) or signalling address (wss://host:4443/?roomId=R)',
    )
    .option('--room <name|id>', 'record as this room of the settings')
    .option('--template <name>', 'template of a room that is not in the settings')
    .option('--library <dir>', 'where recordings are kept')
    .option('--settings <file>', 'use this settings file instead of the app’s own settings')
    .option('--max-duration <s>', 'stop after this many seconds (or "never"), whatever the settings say', seconds)
    .option(
      '--stop-when-empty <s>',
      'stop this many seconds after the last peer has left (or "never"), whatever the settings say (60)',
      seconds,
    )
    .option('--no-upload', 'keep the files here')
    .option('--no-composite', 'make the files of the streams only')
    .addOption(json())
    .action((joinUrl: string, options: RecordOptions) =>
      run(options.json ?? false, (emit) =>
        services.record(
          {
            joinUrl,
            room: options.room,
            template: options.template,
            library: options.library,
            settings: options.settings,
            maxDurationS: options.maxDuration,
            stopWhenEmptyS: options.stopWhenEmpty,
            upload: options.upload,
            composite: options.composite,
          },
          emit,
          interrupted,
        ),
      ),
    );

  program
    .command('compose')
    .description('make another composite of a recorded session, or (--pad) its people’s files anew')
    .argument('<session-dir>')
    .addOption(new Option('--layout <layout>').choices(['grid', 'speaker', 'screen']).default('grid'))
    .option('--size <WxH>', 'picture size', pictureSize, { width: 1280, height: 720 })
    .option('--without-peer <id>', 'leave this peer out: picture, sound and name (repeatable)', collect, [])
    .option('--title <text>', 'shown above the tiles')
    .option('--from <time>', 'begin here: seconds from the composite’s start, or h:mm:ss', timeOfFile)
    .option('--to <time>', 'end here', timeOfFile)
    .option('--fps <n>', 'frames a second (30)', frameRate)
    .option('--loudness <lufs>', 'integrated loudness of the sound, such as -16 (EBU R128)', loudness)
    .option('--theme <file>', 'colours, words and what is shown (see the README)')
    .option('--sound-only', 'no picture: an .m4a of everybody’s sound')
    .option('--pad', 'no composite: each person’s file, from the start of the session to its end')
    .option('--out <path>', 'where to put the file, or the folder of --pad')
    .addOption(json())
    .action((sessionDir: string, options: ComposeOptions, command: Command) =>
      run(options.json ?? false, async (emit) => {
        if (options.pad) {
          refuseWithPad(command);
          return services.pad({ sessionDir, withoutPeers: options.withoutPeer, out: options.out }, emit, interrupted);
        }
        return services.compose(
          {
            ...{ sessionDir, layout: options.layout, ...options.size, fps: options.fps ?? null },
            ...{ withoutPeers: options.withoutPeer, fromS: options.from ?? null, toS: options.to ?? null },
            soundOnly: options.soundOnly ?? false,
            ...{ title: options.title, theme: options.theme, loudness: options.loudness, out: options.out },
          },
          emit,
          interrupted,
        );
      }),
    );

  program
    .command('recover')
    .description('finish what a crash left')
    .argument('<library|session-dir>')
    .addOption(json())
    .action((path: string, options: { json?: boolean }) =>
      run(options.json ?? false, (emit) => services.recover(path, emit, interrupted)),
    );

  program
    .command('upload')
    .description('run or retry the uploads of a session')
    .argument('<session-dir>')
    .option('--settings <file>', 'use this settings file instead of the app’s own settings')
    .addOption(json())
    .action((sessionDir: string, options: { settings?: string; json?: boolean }) =>
      run(options.json ?? false, (emit) =>
        services.upload({ sessionDir, settings: options.settings }, emit, interrupted),
      ),
    );

  program
    .command('verify')
    .description('check the files of a session, and its objects in the store, against its manifest')
    .argument('<session-dir>')
    .option('--settings <file>', 'use this settings file instead of the app’s own settings')
    .addOption(json())
    .action((sessionDir: string, options: { settings?: string; json?: boolean }) =>
      run(options.json ?? false, (emit) =>
        services.verify({ sessionDir, settings: options.settings }, emit, interrupted),
      ),
    );

  addSettingsCommands(program, services.settings, io, run, interrupted);
  addServeCommands(program, services.unattended, io, run, interrupted);
  return program;
}

interface RecordOptions {
  room?: string;
  template?: string;
  library?: string;
  settings?: string;
  maxDuration?: number | null;
  stopWhenEmpty?: number | null;
  upload: boolean;
  composite: boolean;
  json?: boolean;
}

interface ComposeOptions {
  layout: ComposeWords['layout'];
  size: { width: number; height: number };
  withoutPeer: string[];
  title?: string;
  from?: number;
  to?: number;
  fps?: number;
  loudness?: number;
  theme?: string;
  pad?: boolean;
  soundOnly?: boolean;
  out?: string;
  json?: boolean;
}

/** @throws RollcallError USAGE where something was said that is about composites */
function refuseWithPad(command: Command): void {
  const said = ['layout', 'size', 'title', 'from', 'to', 'fps', 'loudness', 'theme', 'soundOnly'].filter(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (said.length === 0) return;
  const words = said.map((name) => (name === 'soundOnly' ? '--sound-only' : `--${name}`)).join(', ');
  throw new RollcallError(
    'USAGE',
    `${words} is about composites, and --pad makes none.`,
    `Leave ${words} out, or --pad.`,
  );
}

/** Seconds; null for "never". */
function seconds(text: string): number | null {
  if (text.trim() === 'never') return null;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > LONGEST_TIMER_S) {
    throw new InvalidArgumentError(
      `"${text}" is not a number of seconds; give a number such as 60 (at most ${LONGEST_TIMER_S}), or "never".`,
    );
  }
  return value;
}

/** Seconds ("90", "90.5") or a clock's time ("1:30", "1:02:05.5"). */
function timeOfFile(text: string): number {
  const seconds = parseClockText(text);
  if (seconds === null)
    throw new InvalidArgumentError(`"${text}" is not a time; give seconds such as 90, or h:mm:ss such as 1:30.`);
  return seconds;
}

function loudness(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !loudnessSchema.safeParse(value).success) {
    throw new InvalidArgumentError(`"${text}" is not a loudness; give LUFS from -40 to -10, such as -16.`);
  }
  return value;
}

function frameRate(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 5 || value > 60) {
    throw new InvalidArgumentError(`"${text}" is not a frame rate; give a whole number from 5 to 60, such as 30.`);
  }
  return value;
}

function pictureSize(text: string): { width: number; height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || width % 2 !== 0 || height % 2 !== 0 || width < 160 || height < 120 || width > 3840 || height > 3840) {
    throw new InvalidArgumentError(
      `"${text}" is not a picture size; give even numbers from 160x120 to 3840x3840, such as 1280x720.`,
    );
  }
  return { width, height };
}

const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
