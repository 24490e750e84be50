import { randomUUID } from 'node:crypto';
import { RollcallError } from './contract/errors.ts';
import { texts } from './contract/texts/index.ts';
import type { SettingsChange } from './contract/settings-change.ts';
import type { Hosted, Settings, UploadInfo, Webhook } from './contract/settings.ts';
import type { DestinationTrial, WebhookTrial } from './contract/trials.ts';
import { storeTarget } from './settings/resolve.ts';
import { storeName } from './upload/store-errors.ts';
import { checkDestination } from './upload/validate.ts';
import { testEvent } from './webhook/events.ts';
import { postWebhook } from './webhook/send.ts';

/** A store that does not answer is given up after this long. */
const TRIAL_TIMEOUT_MS = 60_000;

/** Settings that may not be saved yet, and the change of them that is tried. */
export interface Trial {
  /** Complete, with every secret. */
  settings: Settings;
  change: SettingsChange;
  /** Id of what the change adds. */
  newId: string;
}

/**
 * Does on the destination of a form what an upload does.
 * @throws RollcallError `SETTINGS_INVALID` where the form has none.
 */
export async function tryDestination(trial: Trial): Promise<DestinationTrial> {
  const { store } = partOf(trial);
  if (store == null) throw nothingToTry();
  const target = storeTarget(store);
  return { store: storeName(target), checks: await checkDestination(target, AbortSignal.timeout(TRIAL_TIMEOUT_MS)) };
}

/**
 * Sends a test event to the webhook of a form, once.
 * @throws RollcallError `SETTINGS_INVALID` where the form has none, or its signing secret cannot be used.
 */
export async function tryWebhook(trial: Trial, accountId: string): Promise<WebhookTrial> {
  const { webhook } = partOf(trial);
  if (webhook == null) throw nothingToTry();
  const id = randomUUID();
  const at = new Date();
  const event = testEvent(id, { accountId, appId: 'rollcall' }, at);
  const answer = await postWebhook({
    webhook,
    id,
    body: JSON.stringify(event),
    at,
    signal: new AbortController().signal,
  });
  return { host: new URL(webhook.url).host, ...answer };
}

/** What the changed part of the settings says of where files go and who is told. */
function partOf({ settings, change, newId }: Trial): { store?: UploadInfo | Hosted | null; webhook?: Webhook | null } {
  const byId = <Part extends { id: string }>(parts: readonly Part[], id: string | null): Part | undefined =>
    parts.find((part) => part.id === (id ?? newId));
  switch (change.kind) {
    case 'hosted':
      return { store: settings.hosted ?? null };
    case 'webhook':
      return { webhook: settings.webhook ?? null };
    case 'template': {
      const template = byId(settings.templates, change.value.id);
      return { store: template?.recording.upload_info ?? null, webhook: template?.webhook ?? null };
    }
    case 'room': {
      const room = byId(settings.rooms, change.value.id);
      return { store: room?.upload_info ?? null, webhook: room?.webhook ?? null };
    }
    default:
      return {};
  }
}

const nothingToTry = (): RollcallError => {
  const { message, remedy } = texts.trials.nothing;
  return new RollcallError('SETTINGS_INVALID', message, remedy);
};
