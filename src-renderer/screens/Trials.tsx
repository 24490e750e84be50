import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '@mantine/core';
import { IconPlugConnected, IconSend } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { DestinationTrial, WebhookTrial } from '../../src-main/contract/trials.ts';
import { StateBadge } from '../components/StateBadge.tsx';
import { TrialList } from '../components/TrialList.tsx';
import { missingIn } from '../state/drafts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import type { StateWord } from '../state/words.ts';
import { Problem } from './Problem.tsx';
import styles from '../components/Form.module.css';

const words = texts.trials;

/** Does now what uploads to the destination in the form would do, and says what came of it. */
export function TryDestination() {
  const actions = useActions();
  const editor = useUi((state) => state.editor);
  if (editor === null) return null;
  const { destinationTrial: trial } = editor;
  return (
    <div className={styles.trial}>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={16} />}
        disabled={missingIn(editor.draft) !== null}
        loading={trial?.state === 'loading'}
        onClick={() => void actions.tryDestination()}
      >
        {words.tryDestination}
      </Button>
      {trial?.state === 'failed' && <Problem error={trial.error} />}
      {trial?.state === 'ready' && (
        <Outcome>
          <StateBadge state={destinationWord(trial.value)} />
          <TrialList checks={trial.value.checks} />
        </Outcome>
      )}
    </div>
  );
}

/** Sends a test event to the webhook in the form, and says what was answered. */
export function TryWebhook() {
  const actions = useActions();
  const editor = useUi((state) => state.editor);
  if (editor === null) return null;
  const { webhookTrial: trial } = editor;
  return (
    <div className={styles.trial}>
      <Button
        variant="default"
        leftSection={<IconSend size={16} />}
        disabled={missingIn(editor.draft) !== null}
        loading={trial?.state === 'loading'}
        onClick={() => void actions.tryWebhook()}
      >
        {words.tryWebhook}
      </Button>
      {trial?.state === 'failed' && <Problem error={trial.error} />}
      {trial?.state === 'ready' && (
        <Outcome>
          <StateBadge state={webhookWord(trial.value)} />
          {trial.value.excerpt !== '' && <p className={`${styles.excerpt} selectable`}>{trial.value.excerpt}</p>}
        </Outcome>
      )}
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
