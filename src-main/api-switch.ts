import type { ApiServer } from './api/server.ts';
import { openApi, type ApiRuntime } from './api-runtime.ts';
import { toRollcallError } from './contract/errors.ts';
import type { Environment } from './environment.ts';

/** How soon a change of the settings counts, also one that the command line made. */
const LOOK_MS = 3000;

/** Runs the API beside the window as long as the settings enable it, as they say it. */
export class ApiSwitch {
  readonly #environment: Environment;
  readonly #runtime: ApiRuntime;
  #server: ApiServer | null = null;
  /** The settings that it runs by, or could not run by. */
  #settings = 'null';
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(environment: Environment, runtime: ApiRuntime) {
    this.#environment = environment;
    this.#runtime = runtime;
  }

  start(): void {
    const look = (): void => void (this.#work = this.#work.then(() => this.#follow()));
    look();
    this.#timer = setInterval(look, LOOK_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
    await this.#server?.close();
  }

  async #follow(): Promise<void> {
    try {
      const { api = null } = this.#environment.settingsStore.redacted();
      const settings = JSON.stringify(api);
      if (settings === this.#settings) return;
      this.#settings = settings;
      await this.#server?.close();
      this.#server = null;
      if (api?.enabled !== true) return;
      this.#server = await openApi(this.#runtime, this.#environment.apiTokens, {}, api);
      console.error(`The API listens at ${this.#server.url}`);
    } catch (error) {
      const { message, remedy } = toRollcallError(error);
      console.error(`The API does not run: ${message} ${remedy}`);
    }
  }
}
