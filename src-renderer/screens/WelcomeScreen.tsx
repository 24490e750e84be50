import type { ReactNode } from 'react';
import { Button, Textarea, TextInput } from '@mantine/core';
import { IconArrowLeft, IconFolder } from '@tabler/icons-react';
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
      title="Welcome to Rollcall"
      notice={<LastError />}
      tools={
        <Button variant="default" onClick={() => void actions.leaveWelcome()}>
          Skip set-up
        </Button>
      }
    >
      <div className={styles.steps}>
        <p className="dim">Step {step + 1} of 3</p>
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
            Back
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
      title="Where recordings live"
      words="Every recording is a folder on this computer, until you delete it. Nothing is sent anywhere unless you say where."
      next="Continue"
      onNext={() => actions.setWelcome({ step: 1 })}
    >
      <div className={styles.folder}>
        <div className={styles.place}>
          <strong className="selectable">{library?.dir ?? ''}</strong>
          <p className="dim">
            {library?.freeBytes == null
              ? 'Free space is not known.'
              : `${formatBytes(library.freeBytes)} free: about ${formatSpan(callMsOf(library.freeBytes))} of a call of four people.`}
          </p>
        </div>
        <Button
          variant="default"
          leftSection={<IconFolder size={16} />}
          loading={busy === 'library'}
          onClick={() => void actions.chooseLibrary()}
        >
          Choose folder…
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
      title="How others see it"
      words="Rollcall joins calls as a visible guest. In most places people must know that they are recorded."
      next="Continue"
      onNext={() => void actions.keepRecorder()}
      onBack={() => actions.setWelcome({ step: 0 })}
    >
      <TextInput
        label="Name shown to others"
        placeholder="Rollcall (recording)"
        maxLength={80}
        value={name}
        onChange={(event) => actions.setWelcome({ name: event.currentTarget.value })}
      />
      <Textarea
        label="What you tell people"
        description="One click on the Live screen copies it, to be pasted into the call’s chat."
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
      title="Storage, if you want it"
      words="Finished files can be uploaded to an S3 bucket, each checked after it has arrived. Rooms and templates can have others."
      next="Start using Rollcall"
      onNext={() => void actions.leaveWelcome()}
      onBack={() => actions.setWelcome({ step: 1 })}
    >
      <div className={styles.folder}>
        <div className={styles.place}>
          {hosted === null ? (
            <StateBadge state={{ tone: 'plain', icon: 'device', word: 'Files stay on this computer' }} />
          ) : (
            <StateBadge state={{ tone: 'plain', icon: 'check', word: `Uploads to s3://${hosted.location ?? ''}` }} />
          )}
        </div>
        <Button variant="default" onClick={() => void actions.editHosted()}>
          {hosted === null ? 'Set up storage…' : 'Edit storage…'}
        </Button>
      </div>
      <PreflightForm />
    </Step>
  );
}
