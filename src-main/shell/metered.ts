import { execFile } from 'node:child_process';

/** A network's price changes with the network: looked at this often while somebody wants to know. */
const LOOK_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** How each system is asked whether the network that it uses costs by the byte; macOS has no such question. */
const QUESTIONS: Partial<
  Record<NodeJS.Platform, { program: string; args: string[]; read(answer: string): boolean | null }>
> = {
  linux: {
    program: 'gdbus',
    args: [
      ...['call', '--system', '--dest', 'org.freedesktop.NetworkManager'],
      ...['--object-path', '/org/freedesktop/NetworkManager', '--method', 'org.freedesktop.DBus.Properties.Get'],
      ...['org.freedesktop.NetworkManager', 'Metered'],
    ],
    read: readNetworkManager,
  },
  win32: {
    program: 'powershell.exe',
    args: [
      ...['-NoProfile', '-NonInteractive', '-Command'],
      '[void][Windows.Networking.Connectivity.NetworkInformation,Windows,ContentType=WindowsRuntime];' +
        '[Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile().GetConnectionCost().NetworkCostType',
    ],
    read: readCostType,
  },
};

/**
 * NetworkManager's `Metered`: 1 yes, 2 no, 3 and 4 the same guessed, 0 unknown.
 * @see https://networkmanager.dev/docs/api/latest/nm-dbus-types.html#NMMetered
 */
export function readNetworkManager(answer: string): boolean | null {
  const [, value] = /uint32 (\d)/.exec(answer) ?? [];
  if (value === '1' || value === '3') return true;
  return value === '2' || value === '4' ? false : null;
}

/** Windows' `NetworkCostType`: `Unrestricted` costs nothing by the byte, `Fixed` and `Variable` do. */
export function readCostType(answer: string): boolean | null {
  const type = answer.trim();
  if (type === 'Fixed' || type === 'Variable') return true;
  return type === 'Unrestricted' ? false : null;
}

/** Whether the network in use costs by the byte; null where the system does not say. */
export function isMetered(platform: NodeJS.Platform = process.platform): Promise<boolean | null> {
  const question = QUESTIONS[platform];
  if (question === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    execFile(question.program, question.args, { timeout: TIMEOUT_MS, windowsHide: true }, (error, answer) =>
      resolve(error ? null : question.read(answer)),
    );
  });
}

/** Knows whether the network is metered, as long as somebody wants to know. */
export class MeteredNetwork {
  readonly #ask: () => Promise<boolean | null>;
  readonly #onChange: () => void;
  #metered: boolean | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void, ask: () => Promise<boolean | null> = isMetered) {
    this.#onChange = onChange;
    this.#ask = ask;
  }

  /** null: not known (yet). */
  get metered(): boolean | null {
    return this.#metered;
  }

  watch(wanted: boolean): void {
    if (!wanted) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#metered = null;
    } else if (this.#timer === undefined) {
      this.#timer = setInterval(() => void this.#look(), LOOK_MS);
      void this.#look();
    }
  }

  async #look(): Promise<void> {
    const metered = await this.#ask();
    if (this.#timer === undefined || metered === this.#metered) return;
    this.#metered = metered;
    this.#onChange();
  }
}
