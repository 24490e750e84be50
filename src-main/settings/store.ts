import { z } from 'zod';
import { RollcallError } from '../contract/errors.ts';
import { settingsSchema, type Room, type Settings } from '../contract/settings.ts';
import { checkSettings, parseSettings } from './parse.ts';
import { newId } from './rooms.ts';
import { adoptSecrets, HIDDEN_SECRET, joinSecrets, splitSecrets, withoutSecrets } from './secrets.ts';

/** The part of electron-store that is used; it writes atomically. */
export interface KeyValueStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** Encrypts secrets for this user of this computer; the real one is Electron's `safeStorage`. Texts are base64. */
export interface SecretVault {
  available(): boolean;
  encrypt(text: string): string;
  /** @throws anything where the text cannot be decrypted, e.g. after the keyring was replaced. */
  decrypt(text: string): string;
}

const STORE_KEY = 'settings';
const STORED_VERSION = 1;

/** What is kept: the settings with every secret hidden, and the secrets, encrypted, by slot id. */
const storedSchema = z.object({
  schema_version: z.literal(STORED_VERSION),
  /** 24 hexadecimal digits, random: the `account_id` of webhook events. */
  installation_id: z.string(),
  settings: settingsSchema,
  secrets: z.record(z.string(), z.string()),
});
type Stored = z.infer<typeof storedSchema>;

/** Settings as they were read, and the ids of secrets that this computer could not decrypt. */
export interface LoadedSettings {
  settings: Settings;
  /** Slot ids (see `secrets.ts`); these have to be entered again. */
  missingSecrets: string[];
}

/** The app's own settings, kept between runs with secrets encrypted. */
export class SettingsStore {
  readonly #store: KeyValueStore;
  readonly #vault: SecretVault;

  constructor(dependencies: { store: KeyValueStore; vault: SecretVault }) {
    this.#store = dependencies.store;
    this.#vault = dependencies.vault;
  }

  /** Complete settings, secrets included: for main only. */
  load(): LoadedSettings {
    const stored = this.#read();
    const { settings, missing } = joinSecrets(stored.settings, this.#decryptAll(stored.secrets));
    return { settings, missingSecrets: missing };
  }

  /** Random id of this installation, made at the first use. */
  installationId(): string {
    const stored = this.#read();
    if (this.#store.get(STORE_KEY) === undefined) this.#store.set(STORE_KEY, stored);
    return stored.installation_id;
  }

  /** The settings for the window: every secret is `HIDDEN_SECRET`. */
  redacted(): Settings {
    return this.#read().settings;
  }

  /**
   * Replaces the settings. A secret that is `HIDDEN_SECRET` stays as it is kept, so that the window can save what
   * `redacted()` gave it.
   * @throws RollcallError `SETTINGS_INVALID` where they are wrong, or hold secrets and there is no keyring.
   */
  save(next: unknown): void {
    const stored = this.#read();
    const checked = checkSettings(next, 'The settings');
    const { settings, secrets } = splitSecrets(checked);
    const encrypted = this.#encryptAll(secrets);
    const kept: Record<string, string> = {};
    const { missing: hiddenIds } = joinSecrets(settings, {});
    for (const id of hiddenIds) {
      const value = encrypted[id] ?? stored.secrets[id];
      if (value === undefined) throw missingSecret(id);
      kept[id] = value;
    }
    this.#write({ ...stored, settings, secrets: kept });
  }

  /** Adds a room (one that `findRoom` made), or replaces the one with its id. */
  saveRoom(room: Room): void {
    const settings = this.redacted();
    const others = settings.rooms.filter(({ id }) => id !== room.id);
    this.save({ ...settings, rooms: [...others, room] });
  }

  /**
   * Replaces everything by a settings file's text. A destination or webhook that is the same as before and has no
   * secrets in the file, as exports have none, keeps those of before. Throws as `parseSettings`.
   */
  import(text: string, fileName: string): void {
    const next = parseSettings(text, fileName);
    adoptSecrets(next, this.redacted());
    this.save(next);
  }

  /** A settings file's text, without any secret unless asked for. */
  export(options: { includeSecrets?: boolean } = {}): string {
    const { settings } = this.load();
    const exported = options.includeSecrets === true ? settings : withoutSecrets(settings);
    return `${JSON.stringify(exported, null, 2)}\n`;
  }

  #read(): Stored {
    const value = this.#store.get(STORE_KEY);
    if (value === undefined) {
      return {
        schema_version: STORED_VERSION,
        installation_id: newId(),
        settings: settingsSchema.parse({}),
        secrets: {},
      };
    }
    const result = storedSchema.safeParse(value);
    if (result.success) return result.data;
    throw new RollcallError(
      'SETTINGS_INVALID',
      "The app's settings cannot be read: their file is damaged or was written by a newer version.",
      'Update Rollcall, or rename the settings file to begin with empty settings.',
      { details: z.prettifyError(result.error) },
    );
  }

  #write(stored: Stored): void {
    this.#store.set(STORE_KEY, stored);
  }

  #encryptAll(secrets: Readonly<Record<string, string>>): Record<string, string> {
    const entries = Object.entries(secrets);
    if (entries.length > 0 && !this.#vault.available()) {
      throw new RollcallError(
        'SETTINGS_INVALID',
        'The settings hold secrets, but this system offers no keyring to keep them in.',
        'Install and unlock a keyring (GNOME Keyring or KWallet on Linux), or leave the secrets out and use the AWS default credentials.',
      );
    }
    return Object.fromEntries(entries.map(([id, value]) => [id, this.#vault.encrypt(value)]));
  }

  #decryptAll(secrets: Readonly<Record<string, string>>): Record<string, string> {
    const clear: Record<string, string> = {};
    for (const [id, value] of Object.entries(secrets)) {
      try {
        clear[id] = this.#vault.decrypt(value);
      } catch {
        // Stays out of `clear`, which is how `load` learns that it is missing.
      }
    }
    return clear;
  }
}

function missingSecret(id: string): RollcallError {
  return new RollcallError(
    'SETTINGS_INVALID',
    `The secret ${id} is only dots ("${HIDDEN_SECRET}"), and none is kept for it.`,
    'Enter the secret itself.',
  );
}
