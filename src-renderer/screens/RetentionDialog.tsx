import { Button, Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatBytes } from '../state/format.ts';
import { olderDelivered } from '../state/library-list.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** Says what the rule would take away at once, before it is kept. */
export function RetentionDialog() {
  const actions = useActions();
  const days = useUi((state) => state.retaining);
  const sessions = useUi((state) => (state.sessions.state === 'ready' ? state.sessions.value : null));
  const close = (): void => actions.askToRetain(null);
  const due = days === null ? [] : olderDelivered([...(sessions?.values() ?? [])], days, Date.now());
  const size = due.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <Modal opened={days !== null} onClose={close} title={texts.retention.dialog.title(days ?? 1)} size={480}>
      <ul className={styles.facts}>
        <li>
          {due.length === 0
            ? texts.retention.dialog.noneDue
            : texts.retention.dialog.due(due.length, formatBytes(size))}
        </li>
        <li>{texts.retention.dialog.checked}</li>
        <li>{texts.retention.dialog.captured}</li>
      </ul>
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          {texts.retention.dialog.keep}
        </Button>
        <Button onClick={() => void actions.setRetention(days)}>{texts.retention.dialog.accept(days ?? 1)}</Button>
      </div>
    </Modal>
  );
}
