import { Button, Modal, TextInput } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import { PreflightList } from '../components/PreflightList.tsx';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './WelcomeScreen.module.css';

/** Tries what a recording needs: disk, encoder, joining, storage, clock. */
export function PreflightForm() {
  const actions = useActions();
  const preflight = useUi((state) => state.preflight);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void actions.runPreflight();
      }}
    >
      <div className={styles.check}>
        <TextInput
          label={texts.checks.link}
          description={texts.checks.linkNote}
          placeholder="https://meet.example.net/?roomId=test"
          spellCheck={false}
          value={preflight.url}
          onChange={(event) => actions.setPreflightUrl(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          loading={preflight.running !== null}
        >
          {texts.checks.title}
        </Button>
      </div>
      <PreflightList {...preflight} />
    </form>
  );
}

/** The same as a dialog, at any time. */
export function PreflightDialog() {
  const actions = useActions();
  const open = useUi((state) => state.dialog === 'preflight');
  return (
    <Modal opened={open} onClose={() => actions.openDialog(null)} title={texts.checks.title} size={600}>
      <PreflightForm />
    </Modal>
  );
}
