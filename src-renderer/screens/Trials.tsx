import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '@mantine/core';
import { IconPlugConnected, IconSend, type TablerIcon } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { DestinationTrial, WebhookTrial } from '../../src-main/contract/trials.ts';
import { StateBadge } from '../components/StateBadge.tsx';
import { TrialList } from '../components/TrialList.tsx';
import { missingIn } from '../state/drafts.ts';
import type { Loadable, Trials, TrialValue } from '../state/store.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import type { StateWord } from '../state/words.ts';
import { Problem } from './Problem.tsx';
import styles from '../components/Form.module.css';

const words = texts.trials;

/** Does now what uploads to the destination in the form would do, and says what came of it. */
export function TryDestination() {
  const { tryDestination } = useActions();
  return (
    <Attempt of="destinationTrial" icon={IconPlugConnected} label={words.tryDestination} onTry={tryDestination}>
      {(trial) => (
        <>
          <StateBadge state={destinationWord(trial)} />
          <TrialList checks={trial.checks} />
        </>
      )}
    </Attempt>
  );
}

/** Sends a test event to the webhook in the form, and says what was answered. */
export function TryWebhook() {
  const { tryWebhook } = useActions();
  return (
    <Attempt of="webhookTrial" icon={IconSend} label={words.tryWebhook} onTry={tryWebhook}>
      {(trial) => (
        <>
          <StateBadge state={webhookWord(trial)} />
          {trial.excerpt !== '' && <p className={`${styles.excerpt} selectable`}>{trial.excerpt}</p>}
        </>
      )}
    </Attempt>
  );
}

interface AttemptProps<Name extends keyof Trials> {
  /** Which of the form's trials it is. */
  of: Name;
  icon: TablerIcon;
  label: string;
  onTry: () => Promise<void>;
  /** What came of it. */
  children: (trial: TrialValue<Name>) => ReactNode;
}

function Attempt<Name extends keyof Trials>({ of, icon: Icon, label, onTry, children }: AttemptProps<Name>) {
  const editor = useUi((state) => state.editor);
  if (editor === null) return null;
  const trial: Loadable<TrialValue<Name>> | null = editor[of];
  return (
    <div className={styles.trial}>
      <Button
        variant="default"
        leftSection={<Icon size={16} />}
        disabled={missingIn(editor.draft) !== null}
        loading={trial?.state === 'loading'}
        onClick={() => void onTry()}
      >
        {label}
      </Button>
      {trial?.state === 'failed' && <Problem error={trial.error} />}
      {trial?.state === 'ready' && <Outcome>{children(trial.value)}</Outcome>}
    </div>
  );
}

/** Brought into sight: the form may be longer than the window. */
function Outcome({ children }: { children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div ref={element} role="status" className={styles.outcome}>
      {children}
    </div>
  );
}

function destinationWord({ store, checks }: DestinationTrial): StateWord {
  const wrong = checks.filter(({ error }) => error !== null);
  if (wrong.length === 0) return { tone: 'green', icon: 'check', word: words.works(store) };
  const fails = wrong.some(({ required }) => required);
  return { tone: 'amber', icon: 'alert', word: fails ? words.fails(store) : words.worksPartly(store) };
}

function webhookWord({ host, status }: WebhookTrial): StateWord {
  if (status === null) return { tone: 'amber', icon: 'alert', word: words.silent(host) };
  if (status >= 200 && status < 300) return { tone: 'green', icon: 'check', word: words.accepted(host, status) };
  return { tone: 'amber', icon: 'alert', word: words.refused(host, status) };
}
