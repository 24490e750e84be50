import type { ReactNode } from 'react';
import { Button, Tabs } from '@mantine/core';
import type { SessionDetail } from '../../src-main/contract/ipc.ts';
import type { Session, SessionOutput } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { FileRow } from '../components/FileRow.tsx';
import { ChatList } from '../components/ChatList.tsx';
import { NoteList } from '../components/NoteList.tsx';
import { WebhookRow } from '../components/WebhookRow.tsx';
import { formatTime } from '../state/format.ts';
import type { PlayClock } from '../state/play-clock.ts';
import type { ReviewSide as Side } from '../state/store.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { outputLabel } from '../state/words.ts';
import styles from './ReviewScreen.module.css';

/** The whole meeting first, then people, then what they wrote. */
const place = ({ kind }: SessionOutput): number => ['composite', 'stream', 'chat'].indexOf(kind);

export interface ReviewSideProps {
  detail: SessionDetail;
  session: Session;
  clock: PlayClock;
  /** The output that plays; null where all streams do. */
  playing: string | null;
  onPlay: (outputId: string) => void;
}

/** Beside the player: the files and how they are delivered, notes, and who was told. One at a time, each scrolls by itself. */
export function ReviewSide(props: ReviewSideProps) {
  const actions = useActions();
  const side = useUi((state) => state.reviewSide);
  const notes = useUi((state) => state.notes?.length ?? 0);
  const chat = useUi((state) => state.chat);
  const { detail, session, clock } = props;
  const told = session.webhooks.filter((each) => each.state === 'delivered').length;
  const { done, total } = detail.summary.files;
  const tabs: { side: Side; label: string; count: string; body: ReactNode }[] = [
    {
      side: 'files',
      label: texts.review.sides.files,
      count: texts.progress.ofWhole(done, total),
      body: <Files {...props} />,
    },
    ...(chat === null || chat.total === 0
      ? []
      : [
          {
            side: 'chat' as const,
            label: texts.review.sides.chat,
            count: String(chat.total),
            body: <ChatList chat={chat} clock={clock} onSeek={(timeMs) => clock.seek(timeMs)} />,
          },
        ]),
    {
      side: 'notes',
      label: texts.review.sides.notes,
      count: notes === 0 ? '' : String(notes),
      body: <Notes {...props} />,
    },
    ...(session.webhooks.length === 0
      ? []
      : [
          {
            side: 'webhook' as const,
            label: texts.review.sides.webhook,
            count: texts.progress.ofWhole(told, session.webhooks.length),
            body: <Webhooks {...props} />,
          },
        ]),
  ];
  return (
    <Tabs
      className={styles.side}
      value={tabs.some((tab) => tab.side === side) ? side : 'files'}
      onChange={(next) => actions.setReviewSide(tabs.find((tab) => tab.side === next)?.side ?? 'files')}
      keepMounted={false}
    >
      <Tabs.List aria-label={texts.review.side}>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.side} value={tab.side} className={styles.tab}>
            {tab.label} <span className="dim">{tab.count}</span>
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((tab) => (
        <Tabs.Panel key={tab.side} value={tab.side} className={styles.panel} tabIndex={0}>
          {tab.body}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Files({ detail, session, playing, onPlay }: ReviewSideProps) {
  const actions = useActions();
  const { sessionId, state } = detail.summary;
  const ordered = [...session.outputs].sort((a, b) => place(a) - place(b) || a.start_ms - b.start_ms);
  return (
    <>
      <ul>
        {ordered.map((output) => (
          <File
            key={output.output_id}
            {...{ detail, session, output }}
            selected={playing === output.output_id}
            onPlay={() => onPlay(output.output_id)}
          />
        ))}
      </ul>
      {ordered.length === 0 && <p className={`${styles.none} dim`}>{texts.review.noFiles}</p>}
      {detail.uploadRetryAt !== undefined && state !== 'uploading' && (
        <p className={`${styles.none} dim`}>{texts.review.retriedAt(formatTime(detail.uploadRetryAt))}</p>
      )}
      {state === 'uploading' && (
        <div className={styles.none}>
          <Button variant="default" size="compact-sm" onClick={() => void actions.cancelUploads(sessionId)}>
            {texts.review.stopUploading}
          </Button>
        </div>
      )}
    </>
  );
}

interface FileProps {
  detail: SessionDetail;
  session: Session;
  output: SessionOutput;
  selected: boolean;
  onPlay: () => void;
}

function File({ detail, session, output, ...rest }: FileProps) {
  const actions = useActions();
  const { sessionId } = detail.summary;
  const { output_id: outputId } = output;
  const isThis = (file: { outputId: string }): boolean => file.outputId === outputId;
  const working = useUi((state) => state.working.has(sessionId));
  const progress = useUi((state) => state.progress.get(sessionId)?.files.find(isThis));
  const type = session.streams.find((stream) => stream.stream_id === output.stream_id)?.type ?? null;
  return (
    <FileRow
      {...rest}
      {...outputLabel(output, type, session.peers)}
      {...{ type, output, working }}
      upload={session.uploads.find((upload) => upload.output_id === outputId) ?? null}
      progress={progress ?? null}
      missing={detail.missing.includes(outputId)}
      onShow={() => void actions.showItem(sessionId, outputId)}
      onRetry={() => void actions.retryUpload(sessionId, outputId)}
      onCopyLink={() => void actions.copyLink(sessionId, outputId)}
    />
  );
}

function Notes({ detail, clock }: ReviewSideProps) {
  const actions = useActions();
  const notes = useUi((state) => state.notes) ?? [];
  const { sessionId } = detail.summary;
  return (
    <NoteList
      notes={notes}
      onAdd={() => void actions.saveNote(sessionId, { id: null, tMs: clock.timeMs, text: '' })}
      onSeek={(timeMs) => clock.seek(timeMs)}
      onSave={(note, text) => void actions.saveNote(sessionId, { id: note.id, tMs: note.t_ms, text })}
      onRemove={(note) => void actions.removeNote(sessionId, note.id)}
    />
  );
}

function Webhooks({ detail, session }: ReviewSideProps) {
  const actions = useActions();
  return (
    <ul>
      {session.webhooks.map((delivery) => (
        <WebhookRow
          key={delivery.id}
          delivery={delivery}
          onReplay={() => void actions.replayWebhook(detail.summary.sessionId, delivery.id)}
        />
      ))}
    </ul>
  );
}
