import { RollcallError } from './contract/errors.ts';
import type { Session, SessionHandle, WebhookDelivery } from './contract/session.ts';
import type { ResolvedSettings } from './contract/settings.ts';
import { presignReceipt } from './upload/presign.ts';
import { replayWebhook } from './webhook/outbox.ts';

/**
 * A fresh link to a delivered file.
 * @throws RollcallError where it is not delivered, or the settings no longer lead to its store.
 */
export async function linkTo(
  session: Session | null,
  outputId: string,
  settingsOf: (session: Session) => Promise<ResolvedSettings>,
  seconds?: number,
): Promise<{ url: string; expiresAt: string }> {
  const receipt = session?.uploads.find(({ output_id }) => output_id === outputId)?.receipt ?? null;
  if (session === null || receipt === null) {
    throw new RollcallError(
      'USAGE',
      'This file has not been delivered, so there is nothing to link to.',
      'Deliver it first.',
    );
  }
  const { url, expiresAt } = await presignReceipt((await settingsOf(session)).destination, receipt, seconds);
  return { url, expiresAt };
}

/** Tells the webhook of one event again, once, with a fresh link. */
export function replay(
  handle: SessionHandle,
  deliveryId: string,
  options: { settings: ResolvedSettings; accountId: string; signal: AbortSignal },
): Promise<WebhookDelivery | null> {
  const { webhook, destination } = options.settings;
  if (webhook === null) {
    throw new RollcallError(
      'SETTINGS_INVALID',
      'There is no webhook to tell: neither the room, nor its template, nor the installation has one.',
      'Set one up in Settings, then replay.',
    );
  }
  return replayWebhook(deliveryId, {
    handle,
    webhook,
    source: { accountId: options.accountId, appId: 'rollcall' },
    presign: (receipt) => presignReceipt(destination, receipt),
    emit: () => undefined,
    signal: options.signal,
  });
}
