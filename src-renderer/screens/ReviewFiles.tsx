import { useState } from 'react';
import { IconMovie } from '@tabler/icons-react';
import { mediaUrl } from '../../src-main/contract/app-urls.ts';
import type { SessionDetail } from '../../src-main/contract/ipc.ts';
import type { SessionLanes } from '../../src-main/contract/lanes.ts';
import type { Session, SessionOutput } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { Lanes } from '../components/Lanes.tsx';
import { Player } from '../components/Player.tsx';
import type { PlayClock } from '../state/play-clock.ts';
import { isHeard } from '../state/sync-player.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { usePlayerKeys } from '../state/use-player-keys.ts';
import { outputLabel } from '../state/words.ts';
import { ReviewSide } from './ReviewSide.tsx';
import { StreamsView } from './StreamsView.tsx';
import styles from './ReviewScreen.module.css';

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
  clock: PlayClock;
}

/** The player, beside it files and notes, below it a lane for each stream: all on one clock. */
export function ReviewFiles({ detail, session, wanted, clock }: ReviewFilesProps) {
  const actions = useActions();
  const { sessionId } = detail.summary;
  const lanes = useUi((state) => state.lanes);
  const mode = useUi((state) => state.reviewMode);
  const [chosen, setChosen] = useState(wanted);
  const hearing = useHearing();
  const previews = useUi((state) => state.previews);
  const playing = firstToPlay(session, detail.missing, chosen);
  const together = mode === 'streams' && lanes !== null;
  usePlayerKeys((command) => {
    if (command === 'mark') void actions.saveNote(sessionId, { id: null, tMs: clock.timeMs, text: '' });
    return command === 'mark';
  });
  return (
    <div className={styles.layout}>
      <div className={styles.stage}>
        {together ? (
          <StreamsView
            {...{ sessionId, lanes, clock }}
            isHeard={(laneId) => isHeard(laneId, hearing.muted, hearing.solo)}
          />
        ) : playing === null ? (
          <NothingToPlay session={session} />
        ) : (
          <Player
            key={playing.output_id}
            src={mediaUrl(sessionId, playing.file)}
            label={labelOf(session, playing)}
            durationMs={playing.duration_ms}
            startMs={playing.start_ms}
            sprites={previews.get(playing.output_id)?.sprites ?? null}
            clock={clock}
          />
        )}
      </div>
      <ReviewSide
        {...{ detail, session, clock }}
        playing={together ? null : (playing?.output_id ?? null)}
        onPlay={(outputId) => {
          setChosen(outputId);
          actions.setReviewMode('one');
        }}
      />
      {hasLanes(lanes) && (
        <div className={styles.lanes}>
          <Lanes {...{ lanes, clock, previews }} hearing={together ? hearing : null} />
        </div>
      )}
    </div>
  );
}

const hasLanes = (lanes: SessionLanes | null): lanes is SessionLanes => lanes !== null && lanes.lanes.length > 0;

function labelOf(session: Session, output: SessionOutput): string {
  const type = session.streams.find((stream) => stream.stream_id === output.stream_id)?.type ?? null;
  return outputLabel(output, type, session.peers).title;
}

/** Which lanes are muted, and which are heard alone. */
function useHearing() {
  const [muted, setMuted] = useState<ReadonlySet<string>>(new Set());
  const [solo, setSolo] = useState<ReadonlySet<string>>(new Set());
  return {
    muted,
    solo,
    onMute: (laneId: string) => setMuted(toggled(muted, laneId)),
    onSolo: (laneId: string) => setSolo(toggled(solo, laneId)),
  };
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

function NothingToPlay({ session }: { session: Session }) {
  return (
    <div className={styles.nothing}>
      <EmptyState icon={IconMovie} title={texts.review.nothingToPlay}>
        {session.outputs.length === 0 ? texts.review.nobodySent : texts.review.notReady}
      </EmptyState>
    </div>
  );
}
