import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RollcallError } from './contract/errors.ts';
import type { EffectiveView, ImportSummary, SettingsView } from './contract/ipc.ts';
import type { EditableSettings, RoomDraft, SettingsChange } from './contract/settings-change.ts';
import type { DestinationTrial, WebhookTrial } from './contract/trials.ts';
import { checkSettings, parseSettings } from './settings/parse.ts';
import { resolve } from './settings/resolve.ts';
import { newId } from './settings/rooms.ts';
import { HIDDEN_SECRET } from './settings/secrets.ts';
import type { SettingsStore } from './settings/store.ts';
import type { SettingsService } from './shell/app-service.ts';
import { tryDestination, tryWebhook, type Trial } from './settings-trials.ts';
import { applyChange } from './shell/settings-change.ts';
import { settingsView } from './shell/settings-view.ts';

/** Where the settings are kept. */
export interface SettingsHolder {
  readonly settingsStore: SettingsStore;
  /** The user agreed that secrets are kept readable where the system has no keyring. */
  readonly allowPlainSecrets: boolean;
}

/** The settings behind the window: seen without secrets, changed one thing at a time. */
export class AppSettings implements SettingsService {
  readonly #environment: SettingsHolder;
  readonly #changed: () => Promise<void>;

  /** @param changed tells the window what the settings mean now. */
  constructor(environment: SettingsHolder, changed: () => Promise<void>) {
    this.#environment = environment;
    this.#changed = changed;
  }

  get #store(): SettingsStore {
    return this.#environment.settingsStore;
  }

  view(): SettingsView {
    return settingsView(this.#store.load().settings, { resolve });
  }

  editable(): EditableSettings {
    return { settings: this.#store.redacted(), missingSecrets: this.#store.load().missingSecrets };
  }

  async change(change: SettingsChange): Promise<void> {
    const { allowPlainSecrets } = this.#environment;
    const next = applyChange(this.#store.redacted(), change, { newId, hidden: HIDDEN_SECRET });
    this.#store.save(next, { allowPlainSecrets });
    await this.#changed();
  }

  previewRoom(draft: RoomDraft): EffectiveView | null {
    const id = draft.id ?? '0'.repeat(24);
    // What is not typed yet decides nothing: the sentence is there from the first moment.
    const value = { ...draft, id, name: draft.name?.trim() || 'room', url: draft.url?.trim() || 'ws://localhost' };
    try {
      const next = applyChange(this.#store.redacted(), { kind: 'room', value }, { newId, hidden: HIDDEN_SECRET });
      const view = settingsView(checkSettings(next, 'The room'), { resolve });
      return view.rooms.find((room) => room.id === id)?.effective ?? null;
    } catch {
      return null; // Half typed: the sentence comes when it is whole, and saving says what is wrong.
    }
  }

  async tryDestination(change: SettingsChange): Promise<DestinationTrial> {
    return tryDestination(this.#trial(change));
  }

  async tryWebhook(change: SettingsChange): Promise<WebhookTrial> {
    return tryWebhook(this.#trial(change), this.#store.installationId());
  }

  #trial(change: SettingsChange): Trial {
    const id = newId();
    const next = applyChange(this.#store.redacted(), change, { newId: () => id, hidden: HIDDEN_SECRET });
    return { settings: this.#store.complete(next), change, newId: id };
  }

  async importFile(file: string): Promise<ImportSummary> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new RollcallError('SETTINGS_INVALID', `${file} cannot be read.`, 'Choose another file.', {
        details: String(error),
      });
    });
    const name = basename(file);
    const { templates, rooms, hosted } = parseSettings(text, name);
    this.#store.import(text, name);
    await this.#changed();
    return { file: name, templates: templates.length, rooms: rooms.length, hosted: hosted != null };
  }

  async exportFile(file: string): Promise<void> {
    await writeFile(file, this.#store.export()).catch((error: unknown) => {
      throw new RollcallError('DISK_FAILED', `${file} cannot be written.`, 'Choose another folder.', {
        details: String(error),
      });
    });
  }
}
