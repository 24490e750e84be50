import { InvalidArgumentError, Option, type Command } from 'commander';
import { API_PORT, API_SCOPES, type ApiScope, type ApiToken } from '../contract/api.ts';
import type { ServeEvent } from '../contract/events.ts';
import { Printer, type CliIo } from './output.ts';
import type { Outcome } from './program.ts';

export interface ServeWords {
  settings?: string;
  library?: string;
  host?: string;
  port?: number;
  tlsCert?: string;
  tlsKey?: string;
  maxRecordings?: number | 'auto';
  allowPlainSecrets: boolean;
}

/** What the commands of the unattended mode do. */
export interface ServeServices {
  /** Runs until `interrupted`, then ends the recordings and finishes their files. */
  serve(words: ServeWords, tell: (event: ServeEvent) => void, interrupted: AbortSignal): Promise<Outcome>;
  tokens: {
    list(): ApiToken[];
    create(scope: ApiScope, name: string): ApiToken & { token: string };
    revoke(id: string): void;
  };
}

type Run = (json: boolean, work: () => Promise<Outcome>) => Promise<void>;

interface ServeOptions extends Omit<ServeWords, 'allowPlainSecrets'> {
  allowPlainSecrets?: boolean;
  json?: boolean;
}

const fine: Outcome = { done: null, error: null };
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

export function addServeCommands(
  program: Command,
  services: ServeServices,
  io: CliIo,
  run: Run,
  interrupted: AbortSignal,
): void {
  const json = (): Option => new Option('--json', 'print nothing for people, only JSON lines on stdout');

  program
    .command('serve')
    .description('record without a window: watch the rooms that are set to it, and run the HTTP API')
    .option('--settings <file>', 'work with this settings file; changes made by the API are written to it')
    .option('--library <dir>', 'where recordings are kept')
    .option('--host <address>', 'address to listen at; any but this computer’s own needs TLS (default: 127.0.0.1)')
    .option('--port <n>', `port to listen at, 0 for any free one (default: ${API_PORT})`, portNumber)
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--max-recordings <n|auto>', 'recordings at once (default: as many as this computer carries)', budget)
    .option('--allow-plain-secrets', 'keep secrets readable where the system has no keyring')
    .addOption(json())
    .action(({ json: quiet, allowPlainSecrets, ...words }: ServeOptions) => {
      const people = new Printer(io, false);
      const tell = (event: ServeEvent): void => {
        io.out(line({ time: new Date().toISOString(), ...event }));
        if (quiet === true) return;
        if (event.event === 'listening') io.err(`The API listens at ${event.url}\n${event.hint}\n`);
        else if (event.event === 'stopping') io.err('Stopping: ending the recordings and finishing their files.\n');
        else people.event(event);
      };
      return run(false, () =>
        services.serve({ ...words, allowPlainSecrets: allowPlainSecrets ?? false }, tell, interrupted),
      );
    });

  const tokens = program.command('tokens').description('the tokens that programs show to the HTTP API');
  tokens
    .command('create')
    .description('make a token; it is shown this once')
    .addOption(
      new Option('--scope <scope>', 'read: look; control: also start and stop; admin: also change templates and rooms')
        .choices(API_SCOPES)
        .default('read'),
    )
    .option('--name <name>', 'what it is for', 'token')
    .option('--json', 'print one JSON object')
    .action(({ scope, name, json: asJson }: { scope: ApiScope; name: string; json?: boolean }) =>
      run(false, async () => {
        const made = services.tokens.create(scope, name);
        io.out(asJson === true ? line(made) : `${made.token}\n`);
        if (asJson !== true) io.err(`Token ${made.id} of the scope "${scope}". It is not shown again.\n`);
        return fine;
      }),
    );
  tokens
    .command('list')
    .description('list the tokens, without the tokens themselves')
    .option('--json', 'print one JSON object a line')
    .action(({ json: asJson }: { json?: boolean }) =>
      run(false, async () => {
        for (const token of services.tokens.list()) {
          const { id, scope, created_at: at, name } = token;
          io.out(asJson === true ? line(token) : `${id}  ${scope.padEnd(7)}  ${at}  ${name}\n`);
        }
        return fine;
      }),
    );
  tokens
    .command('revoke')
    .description('make a token worthless, at once')
    .argument('<id>')
    .action((id: string) =>
      run(false, async () => {
        services.tokens.revoke(id);
        io.err(`Token ${id} is revoked.\n`);
        return fine;
      }),
    );
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return port;
}

function budget(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const number = Number(text);
  if (!/^\d{1,3}$/.test(text) || number < 1) throw new InvalidArgumentError('Give a number from 1 to 999, or "auto".');
  return number;
}
