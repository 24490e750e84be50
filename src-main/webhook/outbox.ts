import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toRollcallError } from '../contract/errors.ts';
import type { Emit } from '../contract/events.ts';
import type { Receipt, SessionHandle, WebhookDelivery } from '../contract/session.ts';
import type { Webhook } from '../contract/settings.ts';
import { webhookEvent, missingDeliveries, type EventSource, type SignedLink } from './events.ts';
import { postWebhook, type WebhookAnswer } from './send.ts';

/** Waits before the second, third and fourth attempt of one run; what is not delivered then stays pending for the next run. */
export const WEBHOOK_DELAYS_MS: readonly number[] = [1_000, 3_000, 10_000];

export interface DeliverWebhooksOptions {
  handle: SessionHandle;
  /** null: nobody is to be told, and no entry is made. */
  webhook: Webhook | null;
  source: EventSource;
  /** Signs a fresh link to a delivered object. */
  presign: (receipt: Receipt) => Promise<SignedLink>;
  emit: Emit;
  signal: AbortSignal;
  delaysMs?: readonly number[];
  timeoutMs?: number;
}

/**
 * Tells the webhook what became of the session's outputs: at least once, in order, with the same id on every attempt.
 * Entries are in session.json before their first attempt, and so is each attempt before the next. Where one is not
 * taken the later ones wait with it, so that their order holds.
 * @returns the outbox as it is now. Does not throw for a receiver that fails.
 */
export async function deliverWebhooks(options: DeliverWebhooksOptions): Promise<readonly WebhookDelivery[]> {
  const { handle, webhook, emit } = options;
  if (webhook === null) return handle.session.webhooks;
  const missing = missingDeliveries(handle.session, randomUUID, new Date().toISOString());
  if (missing.length > 0) await handle.update((draft) => void draft.webhooks.push(...missing));
  for (const { id } of handle.session.webhooks.filter(({ state }) => state === 'pending')) {
    const state = await deliver(id, webhook, options);
    if (state === 'delivered') continue;
    emit({ event: 'warning', code: 'WEBHOOK_FAILED', message: failureMessage(handle, id, webhook) });
    if (state === 'pending') break;
  }
  return handle.session.webhooks;
}

/** Sends one entry again, whatever became of it before, with its id and a fresh link. One attempt. */
export async function replayWebhook(
  deliveryId: string,
  options: DeliverWebhooksOptions,
): Promise<WebhookDelivery | null> {
  if (options.webhook !== null) await deliver(deliveryId, options.webhook, { ...options, delaysMs: [] });
  return options.handle.session.webhooks.find(({ id }) => id === deliveryId) ?? null;
}

async function deliver(
  id: string,
  webhook: Webhook,
  options: DeliverWebhooksOptions,
): Promise<WebhookDelivery['state']> {
  const delays = options.delaysMs ?? WEBHOOK_DELAYS_MS;
  for (let attempt = 0; ; attempt += 1) {
    if (options.signal.aborted) return 'pending';
    const answer = await attemptOnce(id, webhook, options);
    // Stopped by us: no attempt of the receiver's.
    if (options.signal.aborted && answer.status === null) return 'pending';
    const state = stateAfter(answer);
    await record(options.handle, id, answer, state);
    const delay = delays[attempt];
    if (state !== 'pending' || delay === undefined) return state;
    await sleep(delay, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function attemptOnce(
  id: string,
  webhook: Webhook,
  { handle, source, presign, signal, timeoutMs }: DeliverWebhooksOptions,
): Promise<WebhookAnswer> {
  const { session } = handle;
  const delivery = session.webhooks.find((entry) => entry.id === id);
  if (delivery === undefined) return { status: null, excerpt: 'The outbox has no such event.' };
  try {
    const receipt = session.uploads.find(({ output_id: output }) => output === delivery.output_id)?.receipt ?? null;
    const link = delivery.failure === null && receipt !== null ? await presign(receipt) : null;
    const event = webhookEvent(session, delivery, source, link);
    if (event === null) return { status: null, excerpt: 'The session has no such output.' };
    const secrets = link === null ? [] : [link.url];
    return await postWebhook({
      webhook,
      id,
      body: JSON.stringify(event),
      at: new Date(),
      signal,
      secrets,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (error) {
    // No link could be signed, or the signing secret is wrong: shown as an attempt, tried again in the next run.
    const { message, remedy } = toRollcallError(error);
    return { status: null, excerpt: `${message} ${remedy}` };
  }
}

/** 2xx is delivered; 410 says that nobody listens there any more; all else is tried again. */
function stateAfter({ status }: WebhookAnswer): WebhookDelivery['state'] {
  if (status !== null && status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'failed' : 'pending';
}

async function record(
  handle: SessionHandle,
  id: string,
  answer: WebhookAnswer,
  state: WebhookDelivery['state'],
): Promise<void> {
  await handle.update((draft) => {
    const delivery = draft.webhooks.find((entry) => entry.id === id);
    if (delivery === undefined) return;
    delivery.attempts.push({ at: new Date().toISOString(), status: answer.status, excerpt: answer.excerpt });
    // What was delivered once stays so when a replay fails.
    if (delivery.state !== 'delivered') delivery.state = state;
  });
}

function failureMessage(handle: SessionHandle, id: string, webhook: Webhook): string {
  const delivery = handle.session.webhooks.find((entry) => entry.id === id);
  const last = delivery?.attempts.at(-1);
  const answer =
    last === undefined
      ? 'was not asked'
      : last.status === null
        ? `gave no answer (${last.excerpt})`
        : `answered ${last.status}`;
  const next = delivery?.state === 'failed' ? 'It is not told again.' : 'It is told again in the next run.';
  return `The webhook at ${new URL(webhook.url).origin} ${answer} to ${delivery?.type ?? 'an event'}. ${next}`;
}
