import { readFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { RollcallError } from '../contract/errors.ts';
import { STORED_VERSION } from './migrate.ts';
import { parseSettings } from './parse.ts';
import type { Provisioned } from './provisioning.ts';
import { joinSecrets, splitSecrets } from './secrets.ts';
import { SettingsStore, storedSchema, type KeyValueStore, type SecretVault } from './store.ts';

/** A settings file holds its secrets readable, as its author wrote them: they are only moved from here to there. */
const PLAIN_VAULT: SecretVault = {
  available: () => true,
  encrypt: (text) => Buffer.from(text).toString('base64'),
  decrypt: (text) => Buffer.from(text, 'base64').toString(),
};

/**
 * The settings of a file in the place of the app's own: read anew each time, changes are written back to it (whole, and
 * readable by this user alone).
 * @throws RollcallError SETTINGS_INVALID, now and later, where the file cannot be read or is wrong.
 */
export function settingsFileStore(
  file: string,
  options: { installationId: () => string; provisioned: () => Provisioned | null },
): SettingsStore {
  const store: KeyValueStore = {
    get: () => {
      const { settings, secrets } = splitSecrets(parseSettings(readText(file), file));
      return {
        schema_version: STORED_VERSION,
        installation_id: options.installationId(),
        settings,
        secrets: Object.fromEntries(Object.entries(secrets).map(([id, text]) => [id, PLAIN_VAULT.encrypt(text)])),
      };
    },
    set: (_key, value) => {
      const { settings, secrets } = storedSchema.parse(value);
      const clear = Object.fromEntries(Object.entries(secrets).map(([id, text]) => [id, PLAIN_VAULT.decrypt(text)]));
      const text = `${JSON.stringify(joinSecrets(settings, clear).settings, null, 2)}\n`;
      writeFileAtomic.sync(file, text, { mode: 0o600 });
    },
  };
  store.get('');
  return new SettingsStore({ store, vault: PLAIN_VAULT, provisioned: options.provisioned });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RollcallError(
      'SETTINGS_INVALID',
      `The settings file ${file} cannot be read.`,
      'Check the path given with --settings.',
      { details: String(error), cause: error },
    );
  }
}
