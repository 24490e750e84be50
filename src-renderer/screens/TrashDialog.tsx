import { Button, Modal } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { Sentence } from '../components/Sentence.tsx';
import { formatBytes } from '../state/format.ts';
import { whereElse } from '../state/library-list.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** So many recordings are named; of more, how many they are is said. */
const NAMED = 3;

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
        only === undefined ? texts.library.bin.titleOfMany(chosen.length) : texts.library.bin.titleOfOne(only.roomName)
      }
      size={480}
    >
      <ul className={styles.facts}>
        {delivered.length > 0 && (
          <li>
            <Sentence parts={texts.library.bin.delivered(delivered.length)} />
          </li>
        )}
        {onlyHere.length > 0 && (
          <li>
            <Sentence
              parts={texts.library.bin.onlyHere(
                onlyHere.length,
                onlyHere.slice(0, NAMED).map(({ roomName }) => roomName),
              )}
            />
          </li>
        )}
        <li>{texts.library.bin.size(formatBytes(size))}</li>
      </ul>
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={close}>
          {texts.library.bin.keep}
        </Button>
        <Button leftSection={<IconTrash size={16} />} onClick={() => void actions.trash()}>
          {texts.library.bin.accept}
        </Button>
      </div>
    </Modal>
  );
}
