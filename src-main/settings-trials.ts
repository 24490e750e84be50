import { randomUUID } from 'node:crypto';
import { RollcallError } from './contract/errors.ts';
import { texts } from './contract/texts/index.ts';
import type { SettingsChange } from './contract/settings-change.ts';
import type { Settings, StoreTarget, Webhook } from './contract/settings.ts';
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
  const target = targetOf(trial);
  if (target === null) throw nothingToTry();
  return { store: storeName(target), checks: await checkDestination(target, AbortSignal.timeout(TRIAL_TIMEOUT_MS)) };
}

/**
 * Sends a test event to the webhook of a form, once.
 * @throws RollcallError `SETTINGS_INVALID` where the form has none, or its signing secret cannot be used.
 */
export async function tryWebhook(trial: Trial, accountId: string): Promise<WebhookTrial> {
  const webhook = webhookOf(trial);
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

function targetOf({ settings, change, newId }: Trial): StoreTarget | null {
  const info =
    change.kind === 'hosted'
      ? settings.hosted
      : change.kind === 'template'
        ? settings.templates.find(({ id }) => id === (change.value.id ?? newId))?.recording.upload_info
        : change.kind === 'room'
          ? settings.rooms.find(({ id }) => id === (change.value.id ?? newId))?.upload_info
          : null;
  return info == null ? null : storeTarget(info);
}

function webhookOf({ settings, change, newId }: Trial): Webhook | null | undefined {
  switch (change.kind) {
    case 'webhook':
      return settings.webhook;
    case 'template':
      return settings.templates.find(({ id }) => id === (change.value.id ?? newId))?.webhook;
    case 'room':
      return settings.rooms.find(({ id }) => id === (change.value.id ?? newId))?.webhook;
    default:
      return null;
  }
}

const nothingToTry = (): RollcallError => {
  const { message, remedy } = texts.trials.nothing;
  return new RollcallError('SETTINGS_INVALID', message, remedy);
};
