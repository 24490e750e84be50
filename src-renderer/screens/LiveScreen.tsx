import { ActionIcon, Button, Loader, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBroadcast,
  IconCircleCheck,
  IconDoor,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconMessageShare,
  IconPlayerRecordFilled,
  IconPlayerStopFilled,
  IconRefresh,
  IconScreenShare,
  IconUsers,
} from '@tabler/icons-react';
import type { LivePeer, LiveRecording } from '../../src-main/contract/live.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { LivePicture } from '../components/LivePicture.tsx';
import { Page } from '../components/Page.tsx';
import { PeerCard } from '../components/PeerCard.tsx';
import { Sentence } from '../components/Sentence.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { formatBytes, formatClock, formatSpan } from '../state/format.ts';
import { diskLeftMs, isCapturing, isPaused, videoTrack, wellbeing } from '../state/live-facts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { phaseWord } from '../state/words.ts';
import { FinishPanel } from './FinishPanel.tsx';
import { LastError, NO_STORAGE, Problem } from './Problem.tsx';
import styles from './LiveScreen.module.css';

/** "Is it recording, and is all well?", and after the call: "are the files ready?" */
export function LiveScreen() {
  const live = useUi((state) => state.live);
  if (live === null) return <NothingLive />;
  return (
    <Page
      title={<LiveTitle live={live} />}
      tools={<LiveTools live={live} />}
      notice={<LastError />}
      plain={isCapturing(live)}
      footer={isCapturing(live) && live.phase !== 'joining' ? <Wellbeing live={live} /> : undefined}
    >
      <LiveBody live={live} />
    </Page>
  );
}

function NothingLive() {
  const actions = useActions();
  return (
    <Page title={texts.live.title} notice={<LastError />}>
      <EmptyState
        icon={IconBroadcast}
        title={texts.live.none}
        action={
          <Button
            variant="default"
            leftSection={<IconDoor size={16} />}
            onClick={() => actions.show({ screen: 'rooms' })}
          >
            {texts.common.chooseWhatToRecord}
          </Button>
        }
      >
        {texts.live.noneNote}
      </EmptyState>
    </Page>
  );
}

function LiveTitle({ live }: { live: LiveRecording }) {
  const recording = live.phase === 'recording' && !isPaused(live);
  return (
    <div className={styles.title}>
      {recording ? (
        <span className={styles.rec}>
          <IconPlayerRecordFilled size={14} aria-hidden /> {texts.states.phase.recording}
        </span>
      ) : (
        <StateBadge state={phaseWord(live)} />
      )}
      {live.elapsedMs > 0 && (
        <span className={styles.clock} role="timer" aria-label={texts.live.timer}>
          {formatClock(live.elapsedMs)}
        </span>
      )}
      <h1 className="clip">{live.roomName}</h1>
    </div>
  );
}

function PauseButton({ live }: { live: LiveRecording }) {
  const actions = useActions();
  const busy = useUi((state) => state.busy);
  const paused = isPaused(live);
  return (
    <Button
      variant="default"
      leftSection={paused ? <IconPlayerPlayFilled size={16} /> : <IconPlayerPauseFilled size={16} />}
      loading={busy === 'pause'}
      onClick={() => void actions.pauseOrResume()}
    >
      {paused ? texts.live.resume : texts.live.pause}
    </Button>
  );
}

function LiveTools({ live }: { live: LiveRecording }) {
  const actions = useActions();
  const busy = useUi((state) => state.busy);
  const { sessionId } = live;
  if (live.phase === 'joining') {
    return (
      <Button variant="default" loading={busy === 'stop'} onClick={() => void actions.stop()}>
        {texts.common.cancel}
      </Button>
    );
  }
  if (isCapturing(live)) {
    return (
      <>
        <CopyNotice />
        <PauseButton live={live} />
        <Button
          variant="default"
          className={styles.stop}
          leftSection={<IconPlayerStopFilled size={16} />}
          loading={busy === 'stop'}
          onClick={() => actions.openDialog('stop')}
        >
          {texts.common.stop}
        </Button>
      </>
    );
  }
  const over = live.phase === 'done' || live.phase === 'failed';
  return (
    <>
      {over && (
        <Button variant="default" onClick={() => void actions.dismissLive()}>
          {texts.common.close}
        </Button>
      )}
      {sessionId !== null && <Button onClick={() => actions.openSession(sessionId)}>{texts.live.review}</Button>}
    </>
  );
}

/** What people are told of the recording, for the call's chat. */
function CopyNotice() {
  const actions = useActions();
  const text = useUi((state) =>
    state.snapshot.state === 'ready' ? state.snapshot.value.settings.recorder.consentText : '',
  );
  if (text === '') return null;
  return (
    <Tooltip label={texts.recorder.copyConsentOf(text)} multiline maw={320}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={texts.recorder.copyConsent}
        onClick={() => void actions.copy(text, texts.recorder.consentCopied)}
      >
        <IconMessageShare size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function LiveBody({ live }: { live: LiveRecording }) {
  switch (live.phase) {
    case 'joining':
      return (
        <div className={styles.waiting}>
          <Loader size="sm" aria-hidden />
          <h2>{texts.live.joining(live.roomName)}</h2>
          <p className="dim">{texts.live.joiningNote}</p>
        </div>
      );
    case 'waiting-for-peers':
      return live.peers.length > 0 ? (
        <Peers live={live} />
      ) : (
        <EmptyState icon={IconUsers} title={texts.live.alone}>
          {texts.live.aloneNote}
        </EmptyState>
      );
    case 'recording':
      return <Peers live={live} />;
    case 'finalizing':
    case 'uploading':
    case 'done':
    case 'failed':
      return (
        <div className={styles.finish}>
          {live.error !== null && <Problem error={live.error} />}
          {live.error === null && <UploadProblem live={live} />}
          {(live.error === null || live.outputs.length > 0) && <FinishPanel live={live} />}
        </div>
      );
  }
}

/** The first upload that did not get through, with the button that tries again. */
function UploadProblem({ live }: { live: LiveRecording }) {
  const actions = useActions();
  const working = useUi((state) => state.working.has(live.sessionId ?? ''));
  const failed = live.uploads.find((upload) => upload.state === 'failed');
  const waits = live.phase === 'done' && live.uploads.some((upload) => upload.state === 'waiting');
  const error = failed?.error ?? (waits ? NO_STORAGE : null);
  const { sessionId } = live;
  if (error === null || sessionId === null) return null;
  return (
    <Problem
      error={error}
      action={
        <Button
          leftSection={<IconRefresh size={16} />}
          loading={working}
          disabled={live.phase === 'uploading'}
          onClick={() => void actions.retryUploads(sessionId)}
        >
          {texts.common.retryUpload}
        </Button>
      }
    />
  );
}

/** More people than this have small pictures, so that more of them are on the screen. */
const LARGE_PICTURES = 12;

/** What is shared, large; then the people who are there, and those who left. */
function Peers({ live }: { live: LiveRecording }) {
  const { seeTrack } = useActions();
  const present = live.peers.filter((peer) => peer.present);
  const left = live.peers.filter((peer) => !peer.present);
  return (
    <>
      <h2 className={styles.count}>
        {texts.live.inCall(present.length)}
        {left.length > 0 && <span className="dim"> {texts.live.left(left.length)}</span>}
      </h2>
      <SharedScreens peers={present} />
      <ul className={styles.peers}>
        {[...present, ...left].map((peer) => (
          <PeerCard
            key={peer.peerId}
            peer={peer}
            small={present.length > LARGE_PICTURES}
            elapsedMs={live.elapsedMs}
            see={seeTrack}
          />
        ))}
      </ul>
    </>
  );
}

function SharedScreens({ peers }: { peers: readonly LivePeer[] }) {
  const { seeTrack } = useActions();
  const shared = peers.flatMap((peer) => {
    const track = videoTrack(peer, 'screen');
    return track === null ? [] : [{ trackId: track.trackId, name: peer.displayName || peer.peerId }];
  });
  return shared.map(({ trackId, name }) => (
    <figure key={trackId} className={styles.shared}>
      <LivePicture trackId={trackId} label={texts.live.screenOf(name)} see={seeTrack}>
        <IconScreenShare size={32} aria-hidden />
      </LivePicture>
      <figcaption className="dim clip">{texts.live.screenOf(name)}</figcaption>
    </figure>
  ));
}

function Wellbeing({ live }: { live: LiveRecording }) {
  const left = diskLeftMs(live);
  const well = wellbeing(live);
  const Icon = well.tone === 'ok' ? IconCircleCheck : IconAlertTriangle;
  return (
    <div className={styles.footer}>
      <span>
        <Sentence parts={texts.live.recorded(formatBytes(live.capturedBytes))} />
      </span>
      <span>
        {left === null ? (
          live.diskFreeBytes !== null && <Sentence parts={texts.live.diskFree(formatBytes(live.diskFreeBytes))} />
        ) : (
          <Sentence parts={texts.live.diskLeft(formatSpan(left))} />
        )}
      </span>
      <span className={styles.well} data-tone={well.tone} role="status">
        <Icon size={16} aria-hidden />
        <span className="clip">{well.text}</span>
      </span>
    </div>
  );
}
