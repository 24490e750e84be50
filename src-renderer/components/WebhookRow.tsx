import { Button } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import type { WebhookDelivery } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatDateTime } from '../state/format.ts';
import { WEBHOOK_WORDS } from '../state/words.ts';
import { StateBadge } from './StateBadge.tsx';
import styles from './WebhookRow.module.css';

/** One event for the webhook: what it is, each attempt with what was answered, and sending it again. */
export function WebhookRow({ delivery, onReplay }: { delivery: WebhookDelivery; onReplay: () => void }) {
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <span className={`${styles.type} clip`} title={delivery.type}>
          {delivery.type}
        </span>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconSend size={14} />}
          aria-label={texts.review.webhook.replayOf(delivery.type)}
          onClick={onReplay}
        >
          {texts.review.webhook.replay}
        </Button>
      </div>
      <StateBadge state={WEBHOOK_WORDS[delivery.state]} />
      {delivery.failure !== null && <p className="selectable">{delivery.failure.error}</p>}
      <ol className={styles.attempts}>
        {delivery.attempts.map((attempt, index) => (
          <li key={index} className="selectable">
            {formatDateTime(attempt.at)} · {attempt.status === null ? texts.review.webhook.noAnswer : attempt.status}
            {attempt.excerpt === '' ? '' : ` · ${attempt.excerpt}`}
          </li>
        ))}
      </ol>
    </li>
  );
}
