import { Button, Modal } from '@mantine/core';
import { daysWord, formatBytes } from '../state/format.ts';
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
    <Modal
      opened={days !== null}
      onClose={close}
      title={`Move delivered recordings to the bin after ${daysWord(days ?? 1)}?`}
      size={480}
    >
      <ul className={styles.facts}>
        <li>
          {due.length === 0
            ? 'None is that old now.'
            : `Now ${due.length === 1 ? 'one recording is' : `${due.length} recordings are`} that old (${formatBytes(size)} of files). They go ten minutes from now.`}
        </li>
        <li>
          Just before a recording goes, each of its files is looked up in its storage. If one is missing or cannot be
          looked up, the recording stays, and you are told here.
        </li>
        <li>
          What was captured goes with it: other layouts cannot be made any more. Until the bin is emptied, it can be put
          back from there.
        </li>
      </ul>
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          Do not change
        </Button>
        <Button onClick={() => void actions.setRetention(days)}>Move to the bin after {daysWord(days ?? 1)}</Button>
      </div>
    </Modal>
  );
}
