import type { AppUpdater } from 'electron-updater';
import { RollcallError } from '../contract/errors.ts';
import { texts } from '../contract/texts/index.ts';
import type { UpdatesView } from '../contract/updates.ts';

const CHECK_INTERVAL_MS = 6 * 3_600_000;

export interface UpdatesOptions {
  /** Where `latest.yml` and the packages are; null: updates are off. */
  feed(): string | null;
  /** Nothing is fetched while a call is recorded: it has the connection and the disk to itself. */
  isCapturing(): boolean;
  onChange(): void;
}

/**
 * Updates of the app itself by electron-updater: off until a feed is set, fetched between calls, checked against the
 * feed's SHA-512 (and on macOS and Windows the signature), installed when the app is closed.
 */
export class Updates {
  readonly #options: UpdatesOptions;
  #updater: Promise<AppUpdater> | null = null;
  #feed: string | null = null;
  #view: UpdatesView = { state: 'off' };
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  get view(): UpdatesView {
    return this.#view;
  }

  /** Takes up what the settings say now, and goes on where a call held an update up. Never rejects. */
  async apply(): Promise<void> {
    const feed = this.#options.feed();
    if (feed === this.#feed) return this.#fetchFound();
    this.#feed = feed;
    clearInterval(this.#timer);
    if (feed === null) {
      // What has been fetched from a feed that is not wanted any more is not installed.
      if (this.#updater !== null) (await this.#updater).autoInstallOnAppQuit = false;
      return this.#show({ state: 'off' });
    }
    const updater = await (this.#updater ??= this.#load());
    if (!updater.isUpdaterActive()) return this.#show({ state: 'unsupported' });
    updater.autoInstallOnAppQuit = true;
    updater.setFeedURL({ provider: 'generic', url: feed });
    this.#show({ state: 'current', checkedAt: null });
    this.#timer = setInterval(() => void this.check(), CHECK_INTERVAL_MS);
    this.#timer.unref();
    await this.check();
  }

  /** Asks the feed. What comes of it is the view; never rejects. */
  async check(): Promise<void> {
    const { state } = this.#view;
    if (state !== 'current' && state !== 'failed') return;
    const updater = await this.#updater;
    const feed = this.#feed;
    if (updater === null || feed === null) return;
    this.#show({ state: 'checking' });
    try {
      const result = await updater.checkForUpdates();
      if (feed !== this.#feed) return;
      if (result?.isUpdateAvailable === true) this.#show({ state: 'found', version: result.updateInfo.version });
      else this.#show({ state: 'current', checkedAt: new Date().toISOString() });
    } catch (error) {
      if (feed === this.#feed) this.#fail(feed, error);
    }
    await this.#fetchFound();
  }

  /**
   * Installs what is ready and starts it, once `leave` has brought everything of ours to its end.
   * @throws RollcallError `UPDATE_FAILED` where nothing is ready, `SESSION_BUSY` while a call is recorded.
   */
  async install(leave: () => Promise<void>): Promise<void> {
    const words = texts.updates;
    if (this.#view.state !== 'ready' || this.#updater === null)
      throw new RollcallError('UPDATE_FAILED', words.notReady.message, words.notReady.remedy);
    if (this.#options.isCapturing())
      throw new RollcallError('SESSION_BUSY', words.recording.message, words.recording.remedy);
    const updater = await this.#updater;
    await leave();
    updater.quitAndInstall(true, true);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #fetchFound(): Promise<void> {
    const feed = this.#feed;
    if (this.#view.state !== 'found' || feed === null || this.#options.isCapturing()) return;
    const { version } = this.#view;
    const updater = await this.#updater;
    this.#show({ state: 'downloading', version, fraction: 0 });
    try {
      await updater?.downloadUpdate();
      if (feed === this.#feed) this.#show({ state: 'ready', version });
    } catch (error) {
      if (feed === this.#feed) this.#fail(feed, error);
    }
  }

  async #load(): Promise<AppUpdater> {
    // CommonJS, whose names are getters: they are on the default export alone.
    const { autoUpdater } = (await import('electron-updater')).default;
    autoUpdater.logger = null;
    autoUpdater.autoDownload = false;
    autoUpdater.on('download-progress', ({ percent }) => {
      if (this.#view.state === 'downloading') this.#show({ ...this.#view, fraction: percent / 100 });
    });
    // Each is told by the promise that it ends as well; without a listener it would be thrown.
    autoUpdater.on('error', () => undefined);
    return autoUpdater;
  }

  #fail(feed: string, error: unknown): void {
    const { message, remedy } = texts.updates.failed(new URL(feed).host);
    const failure = new RollcallError('UPDATE_FAILED', message, remedy, { cause: error, details: String(error) });
    this.#show({ state: 'failed', error: failure.toRecord() });
  }

  #show(view: UpdatesView): void {
    this.#view = view;
    this.#options.onChange();
  }
}
