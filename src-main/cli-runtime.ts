import { app } from 'electron';
import { resolve } from 'node:path';
import { runCli, type CliServices, type Outcome, type RecordWords } from './cli/program.ts';
import { RollcallError } from './contract/errors.ts';
import type { Emit } from './contract/events.ts';
import { roomIdOf, type Environment } from './environment.ts';
import { planRecording, prepareCapture } from './record.ts';
import { parseJoinUrl } from './settings/join-url.ts';

/** The command line in this process: services for its commands, standard streams, signals. */
export class CliRuntime {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  run(words: readonly string[]): Promise<number> {
    const listeners: (() => void)[] = [];
    const interrupt = (): void => listeners.forEach((listener) => listener());
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    // Chromium turns signals into a wish to quit: the same wish.
    app.on('before-quit', (event) => {
      event.preventDefault();
      interrupt();
    });
    const services: CliServices = {
      version: this.#environment.version,
      record: (request, emit, interrupted) => this.#record(request, emit, interrupted),
      compose: () => Promise.reject(new Error('x')),
      recover: () => Promise.reject(new Error('x')),
      upload: () => Promise.reject(new Error('x')),
      verify: () => Promise.reject(new Error('x')),
    };
    const io = {
      out: (text: string) => void process.stdout.write(text),
      err: (text: string) => void process.stderr.write(text),
      terminal: process.stderr.isTTY,
    };
    return runCli(words, services, io, (listener) => listeners.push(listener));
  }

  async #record(words: RecordWords, emit: Emit, interrupted: AbortSignal): Promise<Outcome> {
    const environment = this.#environment;
    const settings = await environment.settings(words.settings);
    const request = { ...words, libraryDir: resolve(words.library ?? environment.libraryDir) };
    const plan = planRecording(settings, request, () => roomIdOf(parseJoinUrl(words.joinUrl).signallingUrl));
    const capture = await prepareCapture(plan, request, {
      appVersion: environment.version,
      openPage: (of) => environment.openPage(of),
      emit,
    });
    interrupted.addEventListener('abort', () => capture.stop('it was interrupted'));
    const { manifest, error } = await capture.run();
    if (!manifest) {
      return { done: null, error: error ?? new RollcallError('NO_MEDIA', 'Nobody sent audio or video, so there is nothing to keep.', 'Check that the link is the right room.') };
    }
    return { done: { event: 'done', session_dir: manifest.dir, composite: null, streams: [], uploads: [] }, error };
  }
}
