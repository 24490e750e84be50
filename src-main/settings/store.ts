import { z } from 'zod';
import { RollcallError } from '../contract/errors.ts';
import { settingsSchema, type Room, type Settings } from '../contract/settings.ts';
import { migrate, STORED_VERSION } from './migrate.ts';
import { checkSettings, parseSettings } from './parse.ts';
import { withoutProvisioning, withProvisioning, type Provisioned } from './provisioning.ts';
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
/** Before a secret that is kept readable, as the system has no keyring and the user agreed. */
const PLAIN = 'plain:';

/** What is kept: the settings with every secret hidden, and the secrets, encrypted, by slot id. */
export const storedSchema = z.object({
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

export interface SaveOptions {
  /** The user was asked and agreed: where the system has no keyring, secrets are kept readable in the settings file. */
  allowPlainSecrets?: boolean;
}

/** The app's own settings, kept between runs with secrets encrypted, under what the administrator provisioned. */
export class SettingsStore {
  readonly #store: KeyValueStore;
  readonly #vault: SecretVault;
  readonly #provisioned: () => Provisioned | null;

  constructor(dependencies: { store: KeyValueStore; vault: SecretVault; provisioned?: () => Provisioned | null }) {
    this.#store = dependencies.store;
    this.#vault = dependencies.vault;
    this.#provisioned = dependencies.provisioned ?? (() => null);
  }

  /** How secrets are kept now: `plain` where the user agreed to that for want of a keyring. */
  secretsKept(): 'keyring' | 'plain' | 'none' {
    const kept = Object.values(this.#read().secrets);
    if (kept.length === 0) return 'none';
    return kept.some((text) => text.startsWith(PLAIN)) ? 'plain' : 'keyring';
  }

  /** Complete settings, secrets included: for main only. */
  load(): LoadedSettings {
    const stored = this.#read();
    const { settings, missing } = joinSecrets(stored.settings, this.#decryptAll(stored.secrets));
    return { settings: withProvisioning(settings, this.#provisioned()), missingSecrets: missing };
  }

  /** Random id of this installation, made at the first use. */
  installationId(): string {
    const stored = this.#read();
    if (this.#store.get(STORE_KEY) === undefined) this.#store.set(STORE_KEY, stored);
    return stored.installation_id;
  }

  /** The settings for the window: every secret is `HIDDEN_SECRET`. */
  redacted(): Settings {
    const { settings } = this.#read();
    return splitSecrets(withProvisioning(settings, this.#provisioned())).settings;
  }

  /**
   * Replaces the settings. A secret that is `HIDDEN_SECRET` stays as it is kept, so that the window can save what
   * `redacted()` gave it.
   * @throws RollcallError `SETTINGS_INVALID` where they are wrong; `SETTINGS_LOCKED` where they change what the
   *   administrator locked; `KEYRING_MISSING` where they hold secrets, there is no keyring and the user has not agreed.
   */
  save(next: unknown, options: SaveOptions = {}): void {
    const stored = this.#read();
    const checked = withoutProvisioning(checkSettings(next, 'The settings'), this.#provisioned());
    const { settings, secrets } = splitSecrets(checked);
    const encrypted = this.#encryptAll(secrets, options);
    const kept: Record<string, string> = {};
    const { missing: hiddenIds } = joinSecrets(settings, {});
    for (const id of hiddenIds) {
      const value = encrypted[id] ?? stored.secrets[id];
      if (value === undefined) throw missingSecret(id);
      kept[id] = value;
    }
    this.#write({ ...stored, settings, secrets: kept });
  }

  /**
   * Settings as `save` would keep them, with every secret in place and nothing kept: for trying them.
   * @throws RollcallError `SETTINGS_INVALID` where they are wrong or lack a secret.
   */
  complete(next: unknown): Settings {
    const { secrets } = splitSecrets(this.load().settings);
    const { settings, missing } = joinSecrets(checkSettings(next, 'The settings'), secrets);
    const [first] = missing;
    if (first !== undefined) throw missingSecret(first);
    return settings;
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
  import(text: string, fileName: string, options: SaveOptions = {}): void {
    const next = parseSettings(text, fileName);
    adoptSecrets(next, this.redacted());
    this.save(next, options);
  }

  /** A settings file's text, without any secret unless asked for. */
  export(options: { includeSecrets?: boolean } = {}): string {
    // The user's own settings: what was provisioned is not theirs to pass on.
    const stored = this.#read();
    const { settings } = joinSecrets(stored.settings, this.#decryptAll(stored.secrets));
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
    const result = storedSchema.safeParse(migrate(value));
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

  #encryptAll(secrets: Readonly<Record<string, string>>, options: SaveOptions): Record<string, string> {
    const entries = Object.entries(secrets);
    if (entries.length === 0) return {};
    const hasKeyring = this.#vault.available();
    if (!hasKeyring && options.allowPlainSecrets !== true) throw noKeyring();
    return Object.fromEntries(
      entries.map(([id, value]) => [
        id,
        hasKeyring ? this.#vault.encrypt(value) : `${PLAIN}${Buffer.from(value).toString('base64')}`,
      ]),
    );
  }

  #decryptAll(secrets: Readonly<Record<string, string>>): Record<string, string> {
    const clear: Record<string, string> = {};
    for (const [id, value] of Object.entries(secrets)) {
      try {
        clear[id] = value.startsWith(PLAIN)
          ? Buffer.from(value.slice(PLAIN.length), 'base64').toString()
          : this.#vault.decrypt(value);
      } catch {
        // Stays out of `clear`, which is how `load` learns that it is missing.
      }
    }
    return clear;
  }
}

function noKeyring(): RollcallError {
  return new RollcallError(
    'KEYRING_MISSING',
    'The settings hold secrets, but this system offers no keyring to keep them in.',
    'Install and unlock a keyring (GNOME Keyring or KWallet on Linux), or leave the secrets out and use the AWS default credentials, or agree that they are kept readable in the settings file (--allow-plain-secrets).',
  );
}

function missingSecret(id: string): RollcallError {
  return new RollcallError(
    'SETTINGS_INVALID',
    `The secret ${id} is only dots ("${HIDDEN_SECRET}"), and none is kept for it.`,
    'Enter the secret itself.',
  );
}
