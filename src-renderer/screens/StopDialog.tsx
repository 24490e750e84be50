import { Button, Modal } from '@mantine/core';
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
    <Modal opened={open && isCapturing(live)} onClose={close} title="Stop recording?" size={440}>
      <p>
        “{live?.roomName}” has been recorded for <strong>{formatClock(live?.elapsedMs ?? 0)}</strong>. Rollcall leaves
        the call, finishes the files, and delivers them. The call itself goes on.
      </p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={close}>
          Keep recording
        </Button>
        <Button data-autofocus onClick={() => void actions.stop()}>
          Stop recording
        </Button>
      </div>
    </Modal>
  );
}
