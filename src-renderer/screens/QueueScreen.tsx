import { Button } from '@mantine/core';
import { IconCircleCheck, IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import type { SessionSummary, UploadsHeld } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { Panel } from '../components/Panel.tsx';
import { SessionRow } from '../components/SessionRow.tsx';
import { isRetryable, queueGroups } from '../state/queue.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { LastError, Problem } from './Problem.tsx';
import styles from './QueueScreen.module.css';

/** "Has it arrived?" */
export function QueueScreen() {
  const sessions = useUi((state) => state.sessions);
  return (
    <Page
      title={texts.queue.title}
      notice={
        <>
          <LastError />
          <Held />
        </>
      }
      tools={
        <>
          <PauseUploads />
          <RetryAll />
        </>
      }
    >
      {sessions.state === 'loading' && <SkeletonRows rows={4} height={64} />}
      {sessions.state === 'failed' && <Problem error={sessions.error} />}
      {sessions.state === 'ready' && <Groups sessions={sessions.value} />}
    </Page>
  );
}

const HELD_WORDS: Record<UploadsHeld, string> = {
  paused: texts.queue.held.paused,
  call: texts.queue.held.call,
  'in-use': texts.queue.held.inUse,
  metered: texts.queue.held.metered,
};

function Held() {
  const held = useUi((state) => (state.snapshot.state === 'ready' ? state.snapshot.value.uploadsHeld : null));
  if (held === null) return null;
  return (
    <p className={styles.held} role="status">
      <IconPlayerPause size={16} aria-hidden />
      {HELD_WORDS[held]}
    </p>
  );
}

function PauseUploads() {
  const actions = useActions();
  const snapshot = useUi((state) => state.snapshot);
  if (snapshot.state !== 'ready') return null;
  const { paused } = snapshot.value.settings.uploads;
  return (
    <Button
      variant="default"
      leftSection={paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
      onClick={() => void actions.setUploads({ paused: !paused })}
    >
      {paused ? texts.queue.resume : texts.queue.pause}
    </Button>
  );
}

function RetryAll() {
  const actions = useActions();
  const sessions = useUi((state) => state.sessions);
  const busy = useUi((state) => state.working.size > 0);
  if (sessions.state !== 'ready') return null;
  const retryable = [...sessions.value.values()].filter(isRetryable);
  if (retryable.length === 0) return null;
  return (
    <Button
      leftSection={<IconRefresh size={16} />}
      loading={busy}
      onClick={() => void actions.retryAll(retryable.map(({ sessionId }) => sessionId))}
    >
      {texts.queue.retryAll(retryable.length)}
    </Button>
  );
}

function Groups({ sessions }: { sessions: ReadonlyMap<string, SessionSummary> }) {
  const { needsYou, working } = queueGroups(sessions);
  if (needsYou.length === 0 && working.length === 0) {
    return (
      <EmptyState icon={IconCircleCheck} title={texts.queue.none}>
        {texts.queue.noneNote}
      </EmptyState>
    );
  }
  return (
    <div className={styles.stack}>
      <Group title={texts.queue.needsYou} sessions={needsYou} />
      <Group title={texts.queue.inProgress} sessions={working} />
    </div>
  );
}

/** More than fit on a screen are found in the library, by their state. */
const SHOWN = 100;

function Group({ title, sessions }: { title: string; sessions: readonly SessionSummary[] }) {
  const actions = useActions();
  const working = useUi((state) => state.working);
  const progress = useUi((state) => state.progress);
  if (sessions.length === 0) return null;
  const aside = sessions.length > SHOWN ? texts.progress.ofWhole(SHOWN, sessions.length) : String(sessions.length);
  return (
    <Panel title={title} aside={aside}>
      <ul>
        {sessions.slice(0, SHOWN).map((summary) => (
          <li key={summary.sessionId} className={styles.item}>
            <SessionRow
              summary={summary}
              progress={progress.get(summary.sessionId) ?? null}
              onOpen={() => actions.openSession(summary.sessionId)}
            />
            {isRetryable(summary) && (
              <Button
                variant="default"
                size="compact-sm"
                loading={working.has(summary.sessionId)}
                aria-label={texts.queue.retryOf(summary.roomName)}
                onClick={() => void actions.retryUploads(summary.sessionId)}
              >
                {texts.common.retry}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
