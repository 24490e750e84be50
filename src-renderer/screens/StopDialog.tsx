import { Button, Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { Sentence } from '../components/Sentence.tsx';
import { formatClock } from '../state/format.ts';
import { isCapturing } from '../state/live-facts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** Asks before a recording is ended. */
export function StopDialog() {
  const actions = useActions();
  const live = useUi((state) => state.live);
  const open = useUi((state) => state.dialog === 'stop');
  const close = (): void => actions.openDialog(null);
  return (
    <Modal opened={open && isCapturing(live)} onClose={close} title={texts.live.stop.title} size={440}>
      <p>
        <Sentence parts={texts.live.stop.question(live?.roomName ?? '', formatClock(live?.elapsedMs ?? 0))} />
      </p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={close}>
          {texts.live.stop.keep}
        </Button>
        <Button data-autofocus onClick={() => void actions.stop()}>
          {texts.live.stop.accept}
        </Button>
      </div>
    </Modal>
  );
}
