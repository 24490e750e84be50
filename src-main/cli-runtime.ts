import { app } from 'electron';
import { resolve as resolvePath } from 'node:path';
import { runCli, type CliServices, type Outcome, type RecordWords } from './cli/program.ts';
import { onToggleSignal, steer } from './cli/control.ts';
import { RollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import type { Environment } from './environment.ts';
import { deliver, doneEvent } from './deliver.ts';
import { lockSession } from './recording/lock.ts';
import { SessionManifest } from './recording/manifest.ts';
import { settingsServices } from './settings-runtime.ts';
import { settingsOfSession } from './settings/session-room.ts';
import { limitedFlow } from './upload/flow.ts';

/** Standard input where another program writes to it; a terminal's keys are not ours, and Windows gives the app none. */
const pipedInput = () => (process.platform === 'win32' || process.stdin.isTTY ? null : process.stdin);

/**
 * The command line in this process: services for its commands, standard streams, signals. What a command works with is
 * loaded for that command only: an upload needs nothing of what makes files.
 */
export class CliRuntime {
  readonly #environment: Environment;
  /** Pauses the recording under way, or goes on with it. */
  #toggle: (() => void) | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Runs one command to its end. @returns the exit code. */
  async run(words: readonly string[]): Promise<number> {
    const listeners: (() => void)[] = [];
    let stopping = false;
    const interrupt = (): void => {
      stopping = true;
      listeners.forEach((listener) => listener());
    };
    // Wishes that may come several times for one reason (a dying parent, Chromium's own handlers): one interruption.
    const stopOnce = (): void => {
      if (!stopping) interrupt();
    };
    process.on('SIGINT', interrupt);
    onToggleSignal(() => this.#toggle?.());
    process.on('SIGTERM', stopOnce);
    process.on('SIGHUP', stopOnce);
    app.on('before-quit', (event) => {
      event.preventDefault();
      stopOnce();
    });
    const services: CliServices = {
      version: this.#environment.version,
      record: (request, emit, interrupted) => this.#record(request, emit, interrupted),
      compose: async (request, emit, interrupted) => {
        const { composeAgain } = await import('./compose.ts');
        return composeAgain(request, this.#tools(emit, interrupted));
      },
      pad: async (words, emit, interrupted) => {
        const { padStreams } = await import('./pad-streams.ts');
        return padStreams(words, this.#tools(emit, interrupted));
      },
      recover: async (path, emit, interrupted) => {
        const { recoverPath } = await import('./recover.ts');
        return recoverPath(path, this.#tools(emit, interrupted));
      },
      upload: (request, emit, interrupted) => this.#upload(request, emit, interrupted),
      verify: (request, emit, interrupted) => this.#verify(request, emit, interrupted),
      settings: settingsServices(this.#environment),
      unattended: {
        serve: async (request, tell, interrupted) => {
          const { serve } = await import('./serve.ts');
          return serve(this.#environment, request, tell, interrupted);
        },
        tokens: this.#environment.apiTokens,
      },
    };
    const io = {
      out: (text: string) => void process.stdout.write(text),
      err: (text: string) => void process.stderr.write(text),
      terminal: process.stderr.isTTY,
    };
    return this.#untilIdle(await runCli(words, services, io, (listener) => listeners.push(listener)), listeners);
  }

  /** What is left are previews, for the window: they are made before the process ends, unless somebody cannot wait. */
  async #untilIdle(exitCode: number, listeners: (() => void)[]): Promise<number> {
    const interrupted = new Promise<void>((resolve) => listeners.push(resolve));
    await Promise.race([this.#environment.previews.idle(), interrupted]);
    return exitCode;
  }

  #tools(emit: Emit, signal: AbortSignal) {
    return {
      ffmpeg: () => this.#environment.ffmpeg(),
      cards: this.#environment.cards,
      encoders: this.#environment.encoders,
      previews: this.#environment.previews,
      emit,
      signal,
    };
  }

  async #record(words: RecordWords, emit: Emit, interrupted: AbortSignal): Promise<Outcome> {
    const { RecordingRun } = await import('./recording-run.ts');
    const environment = this.#environment;
    const run = await RecordingRun.prepare(environment, {
      request: { ...words, libraryDir: resolvePath(words.library ?? environment.libraryDir) },
      settings: () => environment.settings(words.settings),
      keepRoom: words.settings === undefined,
      emit,
    });
    if (interrupted.aborted) run.stop('it was interrupted');
    // The interruption ends the call; the files are finished all the same. A second one ends the process.
    interrupted.addEventListener('abort', () => run.stop('it was interrupted'));
    const { toggle, release } = steer(run, pipedInput(), emit);
    this.#toggle = toggle;
    try {
      return await run.run();
    } finally {
      this.#toggle = null;
      release();
    }
  }

  async #upload(words: { sessionDir: string; settings?: string }, emit: Emit, signal: AbortSignal): Promise<Outcome> {
    const manifest = await SessionManifest.open(resolvePath(words.sessionDir));
    const unlock = await lockSession(manifest.dir);
    try {
      const settings = await this.#environment.settings(words.settings);
      const now = settingsOfSession(settings, manifest.session);
      if (!now.destination.configured) {
        throw new RollcallError(
          'HOSTED_NOT_CONFIGURED',
          `There is nowhere to upload "${manifest.session.room.name}" to: its room has no destination and hosted storage is not set up.`,
          'Give the room or its template a destination, or set up hosted storage; or name a settings file that does with --settings.',
        );
      }
      const accountId = this.#environment.settingsStore.installationId();
      const flow = limitedFlow(settings);
      const error = await deliver(manifest, { settings: now, accountId, emit, signal, flow });
      return { done: doneEvent(manifest, now.destination), error };
    } finally {
      await unlock();
    }
  }

  async #verify(words: { sessionDir: string; settings?: string }, emit: Emit, signal: AbortSignal): Promise<Outcome> {
    const { verifyError, verifySession, verifySummary } = await import('./verify.ts');
    const manifest = await SessionManifest.open(resolvePath(words.sessionDir));
    const { destination } = settingsOfSession(await this.#environment.settings(words.settings), manifest.session);
    const ffmpeg = () => this.#environment.ffmpeg();
    const result = await verifySession(manifest.dir, manifest.session, destination, { ffmpeg, emit, signal });
    return { done: doneEvent(manifest, destination), error: verifyError(result), summary: verifySummary(result) };
  }
}
