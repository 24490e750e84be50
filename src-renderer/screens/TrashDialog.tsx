import { Button, Modal } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
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
        only === undefined
          ? texts.library.moveRecordingsToTheBin(chosen.length)
          : texts.library.moveToTheBinOf(only.roomName)
      }
      size={480}
    >
      <ul className={styles.facts}>
        {delivered.length > 0 && (
          <li>
            <strong>{count(delivered.length)}</strong> {texts.library.deliveredTheFilesStayIn}
          </li>
        )}
        {onlyHere.length > 0 && (
          <li>
            <strong>{count(onlyHere.length)}</strong>{' '}
            {texts.library.withFilesThatAreNowhere(
              onlyHere
                .slice(0, 3)
                .map(({ roomName }) => `“${roomName}”`)
                .join(', '),
              onlyHere.length,
              onlyHere.length - 3,
            )}
          </li>
        )}
        <li>{texts.library.ofFinishedFilesAndWhat(formatBytes(size))}</li>
      </ul>
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          {texts.library.keep}
        </Button>
        <Button leftSection={<IconTrash size={16} />} onClick={() => void actions.trash()}>
          {texts.library.moveToTheBin2}
        </Button>
      </div>
    </Modal>
  );
}

const count = (number: number): string => texts.library.recording(number);
