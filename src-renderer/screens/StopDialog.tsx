import { Button, Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
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
    <Modal opened={open && isCapturing(live)} onClose={close} title={texts.live.stopRecording} size={440}>
      <p>
        {texts.live.hasBeenRecordedFor(live?.roomName)} <strong>{formatClock(live?.elapsedMs ?? 0)}</strong>
        {texts.live.rollcallLeavesTheCall}
      </p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={close}>
          {texts.live.keepRecording}
        </Button>
        <Button data-autofocus onClick={() => void actions.stop()}>
          {texts.live.stopRecording2}
        </Button>
      </div>
    </Modal>
  );
}
