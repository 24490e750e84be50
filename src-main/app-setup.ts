import type { PreflightCheck, PreflightResult } from './contract/preflight.ts';
import type { Environment } from './environment.ts';
import { runPreflight } from './preflight.ts';
import type { SetupService } from './shell/app-service.ts';

/** The first steps with the app, for somebody who has set nothing up. */
export class AppSetup implements SetupService {
  readonly #environment: Environment;
  readonly #changed: () => Promise<void>;

  /** @param changed tells the window that the first steps are over. */
  constructor(environment: Environment, changed: () => Promise<void>) {
    this.#environment = environment;
    this.#changed = changed;
  }

  preflight(check: PreflightCheck, url: string | null): Promise<PreflightResult> {
    return runPreflight(this.#environment, check, url);
  }

  async finishFirstRun(): Promise<void> {
    this.#environment.setPreference('welcomed', 'yes');
    await this.#changed();
  }

  /** Whether the first steps are to be shown: never to somebody who has settings or recordings already. */
  isFirstRun(recordings: number): boolean {
    const { welcomed, library } = this.#environment.preferences;
    if (welcomed !== undefined || library !== undefined || recordings > 0) return false;
    const { templates, rooms, hosted } = this.#environment.settingsStore.redacted();
    return templates.length === 0 && rooms.length === 0 && hosted == null;
  }
}
