import { useState } from 'react';
import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconFileExport, IconFolderOpen, IconRefresh, IconTrash } from '@tabler/icons-react';
import type { SessionDetail } from '../../src-main/contract/ipc.ts';
import type { Session } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { formatDateTime, formatLength, people } from '../state/format.ts';
import { PlayClock } from '../state/play-clock.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { SUMMARY_WORDS } from '../state/words.ts';
import { ExportNotice } from './ExportNotice.tsx';
import { LastError, NO_STORAGE, Problem } from './Problem.tsx';
import { ReviewFiles } from './ReviewFiles.tsx';
import styles from './ReviewScreen.module.css';

/** "What happened? Let me see it." */
export function ReviewScreen({ sessionId, outputId }: { sessionId: string; outputId: string | null }) {
  const detail = useUi((state) => state.detail);
  const summary = useUi((state) =>
    state.sessions.state === 'ready' ? state.sessions.value.get(sessionId) : undefined,
  );
  const ready = detail.state === 'ready' ? detail.value : null;
  // One for each session.
  const [[clockOf, clock], setClock] = useState<[string, PlayClock]>(() => [sessionId, new PlayClock()]);
  if (clockOf !== sessionId) setClock([sessionId, new PlayClock()]);
  const shown = ready?.summary ?? summary;
  return (
    <Page
      title={
        <ReviewTitle name={shown?.roomName ?? texts.review.untitled} facts={shown === undefined ? '' : facts(shown)} />
      }
      tools={<ReviewTools {...{ sessionId, clock }} detail={ready} />}
      notice={
        <>
          <ExportNotice />
          <ReviewNotice sessionId={sessionId} />
        </>
      }
      flush
    >
      {ready === null ? (
        <div className={styles.pad}>
          {detail.state === 'failed' ? <Problem error={detail.error} /> : <SkeletonRows rows={5} height={72} />}
        </div>
      ) : ready.session === null ? (
        <Broken detail={ready} />
      ) : (
        <ReviewFiles detail={ready} session={ready.session} wanted={outputId} clock={clock} />
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
      <Tooltip label={texts.review.backHint}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={texts.review.back}
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

interface ReviewToolsProps {
  sessionId: string;
  detail: SessionDetail | null;
  clock: PlayClock;
}

function ReviewTools({ sessionId, detail, clock }: ReviewToolsProps) {
  const actions = useActions();
  const session = detail?.session ?? null;
  const uploads = detail?.summary.uploads;
  return (
    <>
      {detail !== null && (
        <span className={styles.delivery}>
          <StateBadge
            state={SUMMARY_WORDS[detail.summary.state]}
            detail={
              uploads !== undefined && uploads.total > 0
                ? texts.progress.ofWhole(uploads.delivered, uploads.total)
                : undefined
            }
          />
        </span>
      )}
      <ModeSwitch />
      {session !== null && isExportable(session) && (
        <Tooltip label={texts.common.export}>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={texts.common.export}
            onClick={() => actions.openExport(sessionId, clock.timeMs - firstMediaMs(session))}
          >
            <IconFileExport size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={texts.common.moveToBin}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={texts.common.moveToBin}
          onClick={() => actions.askToTrash([sessionId])}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={texts.common.openFolder}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={texts.common.openFolder}
          onClick={() => void actions.openFolder(sessionId)}
        >
          <IconFolderOpen size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

/** Whether there is something of it to make a file of. */
const isExportable = ({ state, tracks }: Session): boolean =>
  tracks.length > 0 && state !== 'recording' && state !== 'finalizing';
const firstMediaMs = ({ streams }: Session): number => Math.min(...streams.map(({ start_ms }) => start_ms));

/** One file, or all streams side by side; only where there are streams to play. */
function ModeSwitch() {
  const actions = useActions();
  const mode = useUi((state) => state.reviewMode);
  const several = useUi((state) => state.lanes?.lanes.some((lane) => lane.file !== null) ?? false);
  if (!several) return null;
  return (
    <SegmentedControl
      aria-label={texts.review.mode}
      size="sm"
      value={mode}
      data={[
        { value: 'one', label: texts.review.modes.one },
        { value: 'streams', label: texts.review.modes.streams },
      ]}
      onChange={(value) => actions.setReviewMode(value === 'streams' ? 'streams' : 'one')}
    />
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
            {texts.review.finishFiles}
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
            {texts.review.makeFilesAgain}
          </Button>
        ) : (
          <Button
            leftSection={<IconRefresh size={16} />}
            loading={working}
            onClick={() => void actions.retryUploads(sessionId)}
          >
            {texts.common.retryUpload}
          </Button>
        )
      }
    />
  );
}

const INTERRUPTED = {
  code: 'CANCELLED',
  fault: 'usage',
  message: texts.review.interrupted.message,
  remedy: texts.review.interrupted.remedy,
} as const;

function Broken({ detail }: { detail: SessionDetail }) {
  return <div className={styles.pad}>{detail.summary.error !== null && <Problem error={detail.summary.error} />}</div>;
}
