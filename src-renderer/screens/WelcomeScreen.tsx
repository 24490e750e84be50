import type { ReactNode } from 'react';
import { Button, Textarea, TextInput } from '@mantine/core';
import { IconArrowLeft, IconFolder } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import { Page } from '../components/Page.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { formatBytes, formatSpan } from '../state/format.ts';
import { callMsOf } from '../state/live-facts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { LastError, Problem } from './Problem.tsx';
import { PreflightForm } from './PreflightForm.tsx';
import styles from './WelcomeScreen.module.css';

/** The first steps: three, each of which may be left out. */
export function WelcomeScreen() {
  const actions = useActions();
  const step = useUi((state) => state.welcome.step);
  return (
    <Page
      title={texts.welcome.title}
      notice={<LastError />}
      tools={
        <Button variant="default" onClick={() => void actions.leaveWelcome()}>
          {texts.welcome.skip}
        </Button>
      }
    >
      <div className={styles.steps}>
        <p className="dim">{texts.welcome.step(step + 1)}</p>
        {step === 0 && <FolderStep />}
        {step === 1 && <NameStep />}
        {step === 2 && <StorageStep />}
      </div>
    </Page>
  );
}

interface StepProps {
  title: string;
  words: string;
  next: string;
  onNext: () => void;
  onBack?: () => void;
  children: ReactNode;
}

function Step({ title, words, next, onNext, onBack, children }: StepProps) {
  return (
    <section className={styles.step} aria-label={title}>
      <h2>{title}</h2>
      <p className="dim">{words}</p>
      {children}
      <div className={styles.buttons}>
        {onBack !== undefined && (
          <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={onBack}>
            {texts.welcome.back}
          </Button>
        )}
        <Button onClick={onNext}>{next}</Button>
      </div>
    </section>
  );
}

function FolderStep() {
  const actions = useActions();
  const busy = useUi((state) => state.busy);
  const library = useUi((state) => (state.snapshot.state === 'ready' ? state.snapshot.value.library : null));
  return (
    <Step
      title={texts.welcome.folder.title}
      words={texts.welcome.folder.note}
      next={texts.welcome.next}
      onNext={() => actions.setWelcome({ step: 1 })}
    >
      <div className={styles.folder}>
        <div className={styles.place}>
          <strong className="selectable">{library?.dir ?? ''}</strong>
          <p className="dim">
            {library?.freeBytes == null
              ? texts.common.freeSpaceUnknown
              : texts.welcome.folder.free(formatBytes(library.freeBytes), formatSpan(callMsOf(library.freeBytes)))}
          </p>
        </div>
        <Button
          variant="default"
          leftSection={<IconFolder size={16} />}
          loading={busy === 'library'}
          onClick={() => void actions.chooseLibrary()}
        >
          {texts.common.chooseFolder}
        </Button>
      </div>
      {library?.error != null && <Problem error={library.error} />}
    </Step>
  );
}

function NameStep() {
  const actions = useActions();
  const { name, consent } = useUi((state) => state.welcome);
  return (
    <Step
      title={texts.welcome.name.title}
      words={texts.welcome.name.note}
      next={texts.welcome.next}
      onNext={() => void actions.keepRecorder()}
      onBack={() => actions.setWelcome({ step: 0 })}
    >
      <TextInput
        label={texts.recorder.name}
        placeholder={texts.recorder.defaultName}
        maxLength={80}
        value={name}
        onChange={(event) => actions.setWelcome({ name: event.currentTarget.value })}
      />
      <Textarea
        label={texts.recorder.consent}
        description={texts.recorder.consentNote}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2000}
        value={consent}
        onChange={(event) => actions.setWelcome({ consent: event.currentTarget.value })}
      />
    </Step>
  );
}

function StorageStep() {
  const actions = useActions();
  const hosted = useUi((state) => (state.snapshot.state === 'ready' ? state.snapshot.value.settings.hosted : null));
  return (
    <Step
      title={texts.welcome.storage.title}
      words={texts.welcome.storage.note}
      next={texts.welcome.finish}
      onNext={() => void actions.leaveWelcome()}
      onBack={() => actions.setWelcome({ step: 1 })}
    >
      <div className={styles.folder}>
        <div className={styles.place}>
          {hosted === null ? (
            <StateBadge state={{ tone: 'plain', icon: 'device', word: texts.welcome.storage.none }} />
          ) : (
            <StateBadge
              state={{
                tone: 'plain',
                icon: 'check',
                word: texts.welcome.storage.place(`${hosted.scheme}://${hosted.location ?? ''}`),
              }}
            />
          )}
        </div>
        <Button variant="default" onClick={() => void actions.editHosted()}>
          {hosted === null ? texts.welcome.storage.setUp : texts.welcome.storage.edit}
        </Button>
      </div>
      <PreflightForm />
    </Step>
  );
}
