import { useState } from 'react';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconFolderOpen, IconMovie, IconRefresh } from '@tabler/icons-react';
import { mediaUrl } from '../../src-main/contract/app-urls.ts';
import type { SessionDetail } from '../../src-main/contract/ipc.ts';
import type { Session, SessionOutput } from '../../src-main/contract/session.ts';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { FileRow } from '../components/FileRow.tsx';
import { Page } from '../components/Page.tsx';
import { Panel } from '../components/Panel.tsx';
import { Player } from '../components/Player.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { formatDateTime, formatLength, people } from '../state/format.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { outputLabel, SUMMARY_WORDS } from '../state/words.ts';
import { LastError, NO_STORAGE, Problem } from './Problem.tsx';
import styles from './ReviewScreen.module.css';

/** "What happened? Let me see it." */
export function ReviewScreen({ sessionId, outputId }: { sessionId: string; outputId: string | null }) {
  const detail = useUi((state) => state.detail);
  const summary = useUi((state) =>
    state.sessions.state === 'ready' ? state.sessions.value.get(sessionId) : undefined,
  );
  const ready = detail.state === 'ready' ? detail.value : null;
  const shown = ready?.summary ?? summary;
  return (
    <Page
      title={<ReviewTitle name={shown?.roomName ?? 'Recording'} facts={shown === undefined ? '' : facts(shown)} />}
      tools={<ReviewTools sessionId={sessionId} detail={ready} />}
      notice={<ReviewNotice sessionId={sessionId} />}
    >
      {ready === null ? (
        detail.state === 'failed' ? (
          <Problem error={detail.error} />
        ) : (
          <SkeletonRows rows={5} height={72} />
        )
      ) : ready.session === null ? (
        <Broken detail={ready} />
      ) : (
        <Files detail={ready} session={ready.session} wanted={outputId} />
      )}
    </Page>
  );
}

const facts = (summary: SessionDetail['summary']): string =>
  [
    formatDateTime(summary.startedAt),
    summary.durationMs === null ? null : formatLength(summary.durationMs),
    summary.state === 'broken' ? null : people(summary.people.length),
  ]
    .filter((part) => part !== null)
    .join(' · ');

function ReviewTitle({ name, facts: text }: { name: string; facts: string }) {
  const actions = useActions();
  return (
    <div className={styles.title}>
      <Tooltip label="Back to the library (Esc)">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Back to the library"
          onClick={() => actions.show({ screen: 'library' })}
        >
          <IconArrowLeft size={20} />
        </ActionIcon>
      </Tooltip>
      <div className={styles.names}>
        <h1 className="clip">{name}</h1>
        <p className="dim clip">{text}</p>
      </div>
    </div>
  );
}

function ReviewTools({ sessionId, detail }: { sessionId: string; detail: SessionDetail | null }) {
  const actions = useActions();
  const uploads = detail?.summary.uploads;
  return (
    <>
      {detail !== null && (
        <span className={styles.delivery}>
          <StateBadge
            state={SUMMARY_WORDS[detail.summary.state]}
            detail={uploads !== undefined && uploads.total > 0 ? `${uploads.delivered} of ${uploads.total}` : undefined}
          />
        </span>
      )}
      <Button
        variant="default"
        leftSection={<IconFolderOpen size={16} />}
        onClick={() => void actions.openFolder(sessionId)}
      >
        Open folder
      </Button>
    </>
  );
}

/** What is wrong with this recording, with the button that mends it. */
function ReviewNotice({ sessionId }: { sessionId: string }) {
  const actions = useActions();
  const lastError = useUi((state) => state.error);
  const working = useUi((state) => state.working.has(sessionId));
  const detail = useUi((state) => (state.detail.state === 'ready' ? state.detail.value : null));
  if (lastError !== null) return <LastError />;
  if (detail === null || detail.session === null) return null;
  const { summary, session } = detail;
  if (summary.state === 'interrupted') {
    return (
      <Problem
        error={session.error ?? INTERRUPTED}
        action={
          <Button
            leftSection={<IconRefresh size={16} />}
            loading={working}
            onClick={() => void actions.finishFiles(sessionId)}
          >
            Finish files
          </Button>
        }
      />
    );
  }
  const error = summary.error ?? (summary.state === 'waiting' ? NO_STORAGE : null);
  if (error === null) return null;
  const filesFailed = summary.files.failed > 0;
  return (
    <Problem
      error={error}
      action={
        filesFailed ? (
          <Button
            leftSection={<IconRefresh size={16} />}
            loading={working}
            onClick={() => void actions.finishFiles(sessionId)}
          >
            Make files again
          </Button>
        ) : (
          <Button
            leftSection={<IconRefresh size={16} />}
            loading={working}
            onClick={() => void actions.retryUploads(sessionId)}
          >
            Retry upload
          </Button>
        )
      }
    />
  );
}

const INTERRUPTED = {
  code: 'CANCELLED',
  fault: 'usage',
  message: 'This recording was cut short: the app ended before its files were finished.',
  remedy: 'What was captured is safe on this computer. Finish the files to play them.',
} as const;

function Broken({ detail }: { detail: SessionDetail }) {
  return detail.summary.error === null ? null : <Problem error={detail.summary.error} />;
}

/** What plays first: the one asked for, else the whole meeting, else the first file that is there. */
function firstToPlay(session: Session, missing: readonly string[], wanted: string | null): SessionOutput | null {
  const there = session.outputs.filter((output) => output.state === 'done' && !missing.includes(output.output_id));
  return (
    there.find((output) => output.output_id === wanted) ??
    there.find((output) => output.kind === 'composite') ??
    there[0] ??
    null
  );
}

function Files({ detail, session, wanted }: { detail: SessionDetail; session: Session; wanted: string | null }) {
  const actions = useActions();
  const [chosen, setChosen] = useState(wanted);
  const playing = firstToPlay(session, detail.missing, chosen);
  const typeOf = (output: SessionOutput) =>
    session.streams.find((stream) => stream.stream_id === output.stream_id)?.type ?? null;
  const labelOf = (output: SessionOutput) => outputLabel(output, typeOf(output), session.peers);
  const ordered = [...session.outputs].sort(
    (a, b) => Number(b.kind === 'composite') - Number(a.kind === 'composite') || a.start_ms - b.start_ms,
  );
  return (
    <div className={styles.layout}>
      <div className={styles.stage}>
        {playing === null ? (
          <div className={styles.nothing}>
            <EmptyState icon={IconMovie} title="Nothing to play yet">
              {session.outputs.length === 0
                ? 'Nobody sent sound or pictures in this call.'
                : 'The files of this recording are not ready.'}
            </EmptyState>
          </div>
        ) : (
          <Player
            key={playing.output_id}
            src={mediaUrl(detail.summary.sessionId, playing.file)}
            label={labelOf(playing).title}
            durationMs={playing.duration_ms}
          />
        )}
      </div>
      <div className={styles.side}>
        <Panel title="Files" aside={`${detail.summary.files.done} of ${detail.summary.files.total} ready`}>
          <ul>
            {ordered.map((output) => (
              <FileRow
                key={output.output_id}
                {...labelOf(output)}
                type={typeOf(output)}
                output={output}
                upload={session.uploads.find((upload) => upload.output_id === output.output_id) ?? null}
                missing={detail.missing.includes(output.output_id)}
                selected={playing?.output_id === output.output_id}
                onPlay={() => setChosen(output.output_id)}
                onShow={() => void actions.showItem(detail.summary.sessionId, output.output_id)}
              />
            ))}
          </ul>
        </Panel>
        {detail.summary.state === 'uploading' && (
          <Button variant="default" onClick={() => void actions.cancelUploads(detail.summary.sessionId)}>
            Stop uploading
          </Button>
        )}
      </div>
    </div>
  );
}
