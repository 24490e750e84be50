import { Button, Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { RecordButton } from '../components/RecordButton.tsx';
import { Sentence } from '../components/Sentence.tsx';
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
    <Modal opened={url !== null} onClose={actions.refuseRequest} title={texts.rooms.request.title} size={480}>
      <p>
        <Sentence parts={texts.rooms.request.question(hostOf(url))} />
      </p>
      <p className={`${styles.link} mono selectable`}>{url}</p>
      {capturing && <p className="dim">{texts.rooms.request.busy}</p>}
      <div className={styles.buttons}>
        <Button variant="default" data-autofocus onClick={actions.refuseRequest}>
          {texts.rooms.request.refuse}
        </Button>
        <RecordButton
          label={texts.rooms.request.accept}
          disabled={capturing}
          busy={busy}
          onClick={() => url !== null && void actions.record({ url })}
        />
      </div>
    </Modal>
  );
}

const hostOf = (url: string | null): string => (url !== null && URL.canParse(url) ? new URL(url).host : '');
