import { useState } from 'react';
import { Button, SegmentedControl } from '@mantine/core';
import { IconMovie } from '@tabler/icons-react';
import { mediaUrl } from '../../src-main/contract/app-urls.ts';
import type { SessionDetail } from '../../src-main/contract/ipc.ts';
import type { Session, SessionOutput, StreamType } from '../../src-main/contract/session.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { FileRow } from '../components/FileRow.tsx';
import { Panel } from '../components/Panel.tsx';
import { Player } from '../components/Player.tsx';
import { WebhookRow } from '../components/WebhookRow.tsx';
import { useActions, useUi } from '../state/ui-context.ts';
import { outputLabel } from '../state/words.ts';
import { StreamsView } from './StreamsView.tsx';
import styles from './ReviewScreen.module.css';

/** The whole meeting first, then people, then what they wrote. */
const place = ({ kind }: SessionOutput): number => ['composite', 'stream', 'chat'].indexOf(kind);

/** What plays first: the one asked for, else the whole meeting, else the first file that is there. */
function firstToPlay(session: Session, missing: readonly string[], wanted: string | null): SessionOutput | null {
  const there = session.outputs.filter(
    (output) => output.state === 'done' && output.kind !== 'chat' && !missing.includes(output.output_id),
  );
  return (
    there.find((output) => output.output_id === wanted) ??
    there.find((output) => output.kind === 'composite') ??
    there[0] ??
    null
  );
}

export interface ReviewFilesProps {
  detail: SessionDetail;
  session: Session;
  /** The output that was asked for; null: the whole meeting. */
  wanted: string | null;
}

/** The player and the files; or, beside each other and in sync, all streams. */
export function ReviewFiles({ detail, session, wanted }: ReviewFilesProps) {
  const [together, setTogether] = useState(false);
  const lanes = useUi((state) => state.lanes);
  const [chosen, setChosen] = useState(wanted);
  const playing = firstToPlay(session, detail.missing, chosen);
  const typeOf = (output: SessionOutput) =>
    session.streams.find((stream) => stream.stream_id === output.stream_id)?.type ?? null;
  const labelOf = (output: SessionOutput) => outputLabel(output, typeOf(output), session.peers);
  const ordered = [...session.outputs].sort((a, b) => place(a) - place(b) || a.start_ms - b.start_ms);
  const several = lanes !== null && lanes.lanes.some((lane) => lane.file !== null);
  return (
    <div className={styles.layout}>
      <div className={styles.stage}>
        {several && (
          <SegmentedControl
            className={styles.switch}
            aria-label="What plays"
            size="xs"
            value={together ? 'streams' : 'one'}
            data={[
              { value: 'one', label: 'One file' },
              { value: 'streams', label: 'All streams' },
            ]}
            onChange={(value) => setTogether(value === 'streams')}
          />
        )}
        {together && lanes !== null ? (
          <StreamsView sessionId={detail.summary.sessionId} lanes={lanes} />
        ) : playing === null ? (
          <NothingToPlay session={session} />
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
              <File
                key={output.output_id}
                {...labelOf(output)}
                {...{ detail, session, output }}
                type={typeOf(output)}
                selected={!together && playing?.output_id === output.output_id}
                onPlay={() => {
                  setChosen(output.output_id);
                  setTogether(false);
                }}
              />
            ))}
          </ul>
        </Panel>
        <Delivery detail={detail} session={session} />
      </div>
    </div>
  );
}

function NothingToPlay({ session }: { session: Session }) {
  return (
    <div className={styles.nothing}>
      <EmptyState icon={IconMovie} title="Nothing to play yet">
        {session.outputs.length === 0
          ? 'Nobody sent sound or pictures in this call.'
          : 'The files of this recording are not ready.'}
      </EmptyState>
    </div>
  );
}

interface FileProps {
  title: string;
  note: string;
  type: StreamType | null;
  detail: SessionDetail;
  session: Session;
  output: SessionOutput;
  selected: boolean;
  onPlay: () => void;
}

function File({ detail, session, output, ...rest }: FileProps) {
  const actions = useActions();
  const { sessionId } = detail.summary;
  const working = useUi((state) => state.working.has(sessionId));
  const { output_id: outputId } = output;
  return (
    <FileRow
      {...rest}
      output={output}
      upload={session.uploads.find((upload) => upload.output_id === outputId) ?? null}
      missing={detail.missing.includes(outputId)}
      working={working}
      onShow={() => void actions.showItem(sessionId, outputId)}
      onRetry={() => void actions.retryUpload(sessionId, outputId)}
      onCopyLink={() => void actions.copyLink(sessionId, outputId)}
    />
  );
}

/** What goes on with the uploads, and who was told of them. */
function Delivery({ detail, session }: { detail: SessionDetail; session: Session }) {
  const actions = useActions();
  const { sessionId, state } = detail.summary;
  return (
    <>
      {state === 'uploading' && (
        <Button variant="default" onClick={() => void actions.cancelUploads(sessionId)}>
          Stop uploading
        </Button>
      )}
      {session.webhooks.length > 0 && (
        <Panel
          title="Webhook"
          aside={`${session.webhooks.filter((each) => each.state === 'delivered').length} of ${session.webhooks.length} told`}
        >
          <ul>
            {session.webhooks.map((delivery) => (
              <WebhookRow
                key={delivery.id}
                delivery={delivery}
                onReplay={() => void actions.replayWebhook(sessionId, delivery.id)}
              />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
