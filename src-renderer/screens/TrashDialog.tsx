import { Button, Modal } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import { formatBytes } from '../state/format.ts';
import { whereElse } from '../state/library-list.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** Says what is delivered and what is nowhere else, before anything goes to the bin. */
export function TrashDialog() {
  const actions = useActions();
  const trashing = useUi((state) => state.trashing);
  const sessions = useUi((state) => (state.sessions.state === 'ready' ? state.sessions.value : null));
  const chosen = (trashing ?? []).flatMap((id): SessionSummary[] => {
    const summary = sessions?.get(id);
    return summary === undefined ? [] : [summary];
  });
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const { delivered, onlyHere } = whereElse(chosen);
  const size = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const close = (): void => actions.askToTrash([]);
  return (
    <Modal
      opened={chosen.length > 0}
      onClose={close}
      title={
        only === undefined ? `Move ${chosen.length} recordings to the bin?` : `Move “${only.roomName}” to the bin?`
      }
      size={480}
    >
      <ul className={styles.facts}>
        {delivered.length > 0 && (
          <li>
            <strong>{count(delivered.length)}</strong> delivered: the files stay in their storage.
          </li>
        )}
        {onlyHere.length > 0 && (
          <li>
            <strong>{count(onlyHere.length)}</strong> with files that are nowhere else:{' '}
            {onlyHere
              .slice(0, 3)
              .map(({ roomName }) => `“${roomName}”`)
              .join(', ')}
            {onlyHere.length > 3 ? ` and ${onlyHere.length - 3} more` : ''}.
          </li>
        )}
        <li>
          {formatBytes(size)} of finished files, and what was captured, go to the system’s bin and can be put back from
          there.
        </li>
      </ul>
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          Keep
        </Button>
        <Button leftSection={<IconTrash size={16} />} onClick={() => void actions.trash()}>
          Move to the bin
        </Button>
      </div>
    </Modal>
  );
}

const count = (number: number): string => `${number} recording${number === 1 ? '' : 's'}`;
