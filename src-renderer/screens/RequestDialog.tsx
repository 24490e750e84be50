import { Button, Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { RecordButton } from '../components/RecordButton.tsx';
import { isCapturing } from '../state/live-facts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** Another program proposes a call by a link: nothing happens unless the user says so. */
export function RequestDialog() {
  const actions = useActions();
  const url = useUi((state) => state.requested);
  const busy = useUi((state) => state.busy === 'record');
  const capturing = useUi((state) => isCapturing(state.live));
  return (
    <Modal opened={url !== null} onClose={actions.refuseRequest} title={texts.shell.recordThisCall} size={480}>
      <p>
        {texts.shell.aLinkAsksRollcallTo} <strong>{hostOf(url)}</strong> {texts.shell.andRecordEverybodyThereSay}
      </p>
      <p className={`${styles.link} mono selectable`}>{url}</p>
      {capturing && <p className="dim">{texts.shell.aRecordingIsUnderWay}</p>}
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={actions.refuseRequest}>
          {texts.shell.doNotRecord}
        </Button>
        <RecordButton
          label={texts.shell.recordThisCall2}
          disabled={capturing}
          busy={busy}
          onClick={() => url !== null && void actions.record({ url })}
        />
      </div>
    </Modal>
  );
}

const hostOf = (url: string | null): string => (url !== null && URL.canParse(url) ? new URL(url).host : '');
