import { app, protocol, shell, session as electronSession, type Session } from 'electron';
import Store from 'electron-store';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CardRenderer } from './contract/cards.ts';
import type { Settings } from './contract/settings.ts';
import { PreviewQueue } from './library/preview-queue.ts';
import { Encoders } from './media/encoders.ts';
import type { Ffmpeg } from './media/ffmpeg.ts';
import { findFfmpeg } from './media/find-ffmpeg.ts';
import type { RecordPlan } from './record.ts';
import type { OpenCapturePage } from './recording/session-capture.ts';
import { ApiTokens } from './api/tokens.ts';
import { settingsFileStore } from './settings/file-store.ts';
import { readSettingsFile } from './settings/parse.ts';
import { provisioningFiles, readProvisioning, withProvisioning, type Provisioned } from './settings/provisioning.ts';
import { SettingsStore, type SecretVault } from './settings/store.ts';
import { handleAppProtocol } from './shell/app-protocol.ts';
import { CardWindow } from './shell/card-window.ts';
import { openCaptureWindow } from './shell/capture-window.ts';

/** What the app's own store keeps beside the settings. */
interface Preferences {
  library?: string;
  ffmpeg?: string;
  /** The first steps were done or skipped. */
  welcomed?: string;
}

/** Everything that the command line and the window both stand on, built once. */
export class Environment {
  readonly #outDir: string;
  readonly #store = new Store<Record<string, unknown>>({ name: 'rollcall', configFileMode: 0o600 });
  readonly #tokenFile = new Store<Record<string, unknown>>({ name: 'api-tokens', configFileMode: 0o600 });
  readonly #served = new WeakSet<Session>();
  #settingsStore: SettingsStore;
  #libraryDir: string | null = null;
  /** The user agreed that secrets are kept readable where the system has no keyring. */
  allowPlainSecrets = false;
  readonly #cards = new CardWindow((target) => this.serve(target));
  #ffmpeg: Promise<Ffmpeg> | null = null;
  /** Which of ffmpeg's encoders work on this machine, and are worth it. */
  readonly encoders = new Encoders({ onTrouble: (message) => console.error(message) });
  /** Posters, scrubbing pictures and waveforms of finished files. */
  readonly previews = new PreviewQueue(() => this.ffmpeg());
  /** Where the player finds a session's folder; the library sets it. */
  sessionDir: (sessionId: string) => string | null | Promise<string | null> = () => null;
  /** Makes the previews of a session's output for a page that asks for its poster; the library sets it. */
  ensurePreviews: (sessionId: string, outputId: string) => Promise<void> = () => Promise.resolve();

  #provisioned: Provisioned | null | undefined;

  /** @param outDir `out/`: main, preload and renderer as built; only the entry's own place in it is certain. */
  constructor(outDir: string, vault: SecretVault) {
    this.#outDir = outDir;
    this.#settingsStore = new SettingsStore({ store: this.#store, vault, provisioned: () => this.#provisioning() });
  }

  /** The settings that this process works with: the app's own, unless it was given a file. */
  get settingsStore(): SettingsStore {
    return this.#settingsStore;
  }

  /** Works with a settings file from now on, which changes are written to. Throws SETTINGS_INVALID. */
  useSettingsFile(file: string): void {
    const own = this.#settingsStore;
    this.#settingsStore = settingsFileStore(resolve(file), {
      installationId: () => own.installationId(),
      provisioned: () => this.#provisioning(),
    });
  }

  /** Keeps recordings in another folder, for this process alone. */
  useLibrary(dir: string): void {
    this.#libraryDir = resolve(dir);
  }

  /** The API's tokens; as the settings, they are this user's. */
  get apiTokens(): ApiTokens {
    return new ApiTokens(this.#tokenFile);
  }

  get version(): string {
    return app.getVersion();
  }

  get rendererDir(): string {
    return join(this.#outDir, 'renderer');
  }

  preload(name: 'ui' | 'capture'): string {
    return join(this.#outDir, 'preload', `${name}.cjs`);
  }

  get preferences(): Preferences {
    const text = (key: string): string | undefined => {
      const value = this.#store.get(key);
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    return { library: text('library'), ffmpeg: text('ffmpeg'), welcomed: text('welcomed') };
  }

  setPreference(key: keyof Preferences, value: string): void {
    this.#store.set(key, value);
  }

  /** Where recordings are kept unless a command says otherwise. */
  get libraryDir(): string {
    return (
      this.#libraryDir ?? process.env['ROLLCALL_LIBRARY'] ?? this.preferences.library ?? join(homedir(), 'Rollcall')
    );
  }

  /** The settings of a file, or the app's own; the administrator's hold for both. */
  async settings(file?: string): Promise<Settings> {
    if (file === undefined) return this.settingsStore.load().settings;
    return withProvisioning(await readSettingsFile(resolve(file)), this.#provisioning());
  }

  /** What an administrator set for this installation; read once. */
  #provisioning(): Provisioned | null {
    this.#provisioned ??= readProvisioning(
      provisioningFiles(process.platform, process.env, app.isPackaged ? process.resourcesPath : null),
    );
    return this.#provisioned;
  }

  /** Serves the app's pages and the library's files in an Electron session. */
  serve(target: Session): void {
    if (this.#served.has(target)) return;
    this.#served.add(target);
    const handler = target === electronSession.defaultSession ? protocol : target.protocol;
    handleAppProtocol(handler, {
      rendererDir: this.rendererDir,
      sessionDir: (id) => this.sessionDir(id),
      ensurePreviews: (sessionId, outputId) => this.ensurePreviews(sessionId, outputId),
    });
  }

  get cards(): CardRenderer {
    return this.#cards;
  }

  /** The ffmpeg that everything uses; looked for once. Throws FFMPEG_MISSING. */
  ffmpeg(): Promise<Ffmpeg> {
    this.#ffmpeg ??= (async () =>
      findFfmpeg({
        configured: this.preferences.ffmpeg,
        env: process.env['FFMPEG_BIN'],
        packaged: app.isPackaged
          ? join(process.resourcesPath, 'ffmpeg', process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg')
          : null,
        ffmpegStatic: await ffmpegStaticPath(),
      }))();
    return this.#ffmpeg;
  }

  /** How a capture page for this plan is opened. */
  openPage(plan: Pick<RecordPlan, 'target' | 'origin' | 'room'>): OpenCapturePage {
    return (onMessage, onGone) =>
      openCaptureWindow(
        {
          preload: this.preload('capture'),
          signallingUrl: plan.target.signallingUrl,
          origin: plan.origin,
          fingerprint: plan.room.certificate_fingerprint ?? null,
          serve: (target) => this.serve(target),
        },
        onMessage,
        onGone,
        // The page only sees that the connection failed; this says why, and comes first.
        ({ message, remedy }) => onMessage({ type: 'failed', code: 'JOIN_CERTIFICATE', message, remedy }),
      );
  }

  /** Moves a file or folder to the system's bin. */
  trash(path: string): Promise<void> {
    return shell.trashItem(path);
  }

  async close(): Promise<void> {
    await this.previews.close();
    await this.#cards.close();
  }
}

/** The room id of a link that is in no settings: the same on every run. */
export const roomIdOf = (signallingUrl: string): string =>
  createHash('sha256').update(signallingUrl).digest('hex').slice(0, 24);

async function ffmpegStaticPath(): Promise<string | null> {
  try {
    const module: { default: string | null } = await import('ffmpeg-static');
    return module.default;
  } catch {
    // Not installed: an optional dependency, and not in packages.
    return null;
  }
}
