import { Option, type Command } from 'commander';
import type { RollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { CliIo } from './output.ts';

/** One destination that was checked: its place in the settings, and what was tried. */
export interface CheckedDestination {
  /** `hosted`, `templates.<id>`, `rooms.<id>`. */
  place: string;
  /** `bucket "b" at https://host` */
  store: string;
  checks: { name: string; required: boolean; error: { message: string; remedy: string } | null }[];
}

/** A room with what the settings say about it now. */
export interface ListedRoom {
  id: string;
  name: string;
  url: string;
  recording: string;
  template: string | null;
  records: boolean;
  reason: string;
  /** `s3://bucket/prefix` or `azure://container/prefix`, `hosted`, or null while hosted storage is not set up. */
  destination: string | null;
}

/** The settings' commands. All values are shown without secrets but for an export that asks for them. */
export interface SettingsServices {
  get(path: string | undefined, file: string | undefined): Promise<unknown>;
  /** `text` as on the command line; `-` reads it from standard input, so that secrets need not be in the process list. */
  set(path: string, text: string, options: { allowPlainSecrets: boolean }): Promise<void>;
  import(file: string, options: { allowPlainSecrets: boolean }): Promise<{ templates: number; rooms: number }>;
  /** The text; also written to `file` where one is given, readable by this user alone. */
  export(file: string | undefined, options: { includeSecrets: boolean }): Promise<string>;
  validate(file: string | undefined, signal: AbortSignal): Promise<CheckedDestination[]>;
  rooms(file: string | undefined): Promise<ListedRoom[]>;
  /** The error that checks amount to; null where uploads would work. */
  validationError(checked: readonly CheckedDestination[]): RollcallError | null;
}

type Run = (json: boolean, work: (emit: Emit) => Promise<{ done: null; error: RollcallError | null }>) => Promise<void>;

interface Common {
  settings?: string;
  json?: boolean;
}

const fine = { done: null, error: null };
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Adds `settings ...` and `rooms list` to the command line. */
export function addSettingsCommands(
  program: Command,
  services: SettingsServices,
  io: CliIo,
  run: Run,
  interrupted: AbortSignal,
): void {
  const settings = program.command('settings').description('show, change, import, export and check the settings');
  const json = (): Option => new Option('--json', 'print JSON on stdout');
  const file = (): Option => new Option('--settings <file>', 'this settings file instead of the app’s own settings');
  const plain = (): Option =>
    new Option('--allow-plain-secrets', 'where the system has no keyring: keep secrets readable in the settings file');

  settings
    .command('get')
    .description('print the settings, or one value, without secrets')
    .argument('[path]', 'such as hosted.location or templates.classes.recording.enabled')
    .addOption(file())
    .addOption(json())
    .action((path: string | undefined, options: Common) =>
      run(options.json ?? false, async () => {
        const value = await services.get(path, options.settings);
        io.out(options.json ? line(value) : `${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`);
        return fine;
      }),
    );

  settings
    .command('set')
    .description('change one value; null removes it')
    .argument('<path>', 'such as templates.classes.recording.enabled')
    .argument('<value>', 'JSON or text; - reads it from standard input')
    .addOption(plain())
    .addOption(json())
    .action((path: string, value: string, options: Common & { allowPlainSecrets?: boolean }) =>
      run(options.json ?? false, async () => {
        await services.set(path, value, { allowPlainSecrets: options.allowPlainSecrets ?? false });
        return fine;
      }),
    );

  addFiles(settings, services, io, run, { json, plain });
  settings
    .command('validate')
    .description('check the settings and every destination: write, read, multipart, list parts, abort, clock, delete')
    .addOption(file())
    .addOption(json())
    .action((options: Common) =>
      run(options.json ?? false, async () => {
        const checked = await services.validate(options.settings, interrupted);
        if (options.json) io.out(line({ event: 'validated', destinations: checked }));
        for (const destination of checked) printChecked(destination, io);
        if (checked.length === 0) io.err('The settings are valid. They have no destination.\n');
        return { done: null, error: services.validationError(checked) };
      }),
    );

  program
    .command('rooms')
    .description('the rooms of the settings')
    .command('list')
    .description('each room, whether it records, and where its recordings go')
    .addOption(file())
    .addOption(json())
    .action((options: Common) =>
      run(options.json ?? false, async () => {
        const rooms = await services.rooms(options.settings);
        for (const room of rooms) io.out(options.json ? line(room) : roomLine(room));
        if (rooms.length === 0 && !options.json) io.err('The settings have no rooms.\n');
        return fine;
      }),
    );
}

function addFiles(
  settings: Command,
  services: SettingsServices,
  io: CliIo,
  run: Run,
  option: { json: () => Option; plain: () => Option },
): void {
  settings
    .command('import')
    .description('replace the app’s own settings by a file; secrets that it leaves out stay as they are kept')
    .argument('<file>')
    .addOption(option.plain())
    .addOption(option.json())
    .action((path: string, options: Common & { allowPlainSecrets?: boolean }) =>
      run(options.json ?? false, async () => {
        const { templates, rooms } = await services.import(path, {
          allowPlainSecrets: options.allowPlainSecrets ?? false,
        });
        if (options.json) io.out(line({ event: 'imported', templates, rooms }));
        io.err(`Imported ${templates} templates and ${rooms} rooms.\n`);
        return fine;
      }),
    );

  settings
    .command('export')
    .description('print the app’s own settings, or write them to a file')
    .argument('[file]')
    .option('--include-secrets', 'with keys, tokens, header values and signing secrets, readable')
    .addOption(option.json())
    .action((path: string | undefined, options: Common & { includeSecrets?: boolean }) =>
      run(options.json ?? false, async () => {
        const text = await services.export(path, { includeSecrets: options.includeSecrets ?? false });
        if (path === undefined) io.out(options.json ? line(JSON.parse(text)) : text);
        else io.err(`Wrote ${path}.\n`);
        return fine;
      }),
    );
}

function printChecked({ place, store, checks }: CheckedDestination, io: CliIo): void {
  io.err(`${place}: ${store}\n`);
  for (const { name, required, error } of checks) {
    if (error === null) io.err(`  ✓ ${name}\n`);
    else io.err(`  ${required ? '✗' : '!'} ${name}: ${error.message}\n      ${error.remedy}\n`);
  }
}

const roomLine = ({ id, name, recording, records, destination, reason }: ListedRoom): string =>
  `${id}  ${records ? 'records' : 'does not record'} (${recording})  ${destination ?? 'waits for hosted storage'}  ${name}\n    ${reason}\n`;
