import { useEffect } from 'react';
import {
  IconBroadcast,
  IconCloudUpload,
  IconDoor,
  IconKeyboard,
  IconMovie,
  IconSettings,
  IconWifiOff,
  type TablerIcon,
} from '@tabler/icons-react';
import type { LiveRecording } from '../../src-main/contract/live.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { isCapturing, isPaused } from '../state/live-facts.ts';
import { formatBytes, formatClock } from '../state/format.ts';
import { needsYou } from '../state/queue.ts';
import type { View } from '../state/store.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { phaseWord } from '../state/words.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { EditorDialog } from './EditorDialog.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { LibraryScreen } from './LibraryScreen.tsx';
import { LiveScreen } from './LiveScreen.tsx';
import { QueueScreen } from './QueueScreen.tsx';
import { RequestDialog } from './RequestDialog.tsx';
import { ReviewScreen } from './ReviewScreen.tsx';
import { RoomsScreen } from './RoomsScreen.tsx';
import { SettingsScreen } from './SettingsScreen.tsx';
import { PreflightDialog } from './PreflightForm.tsx';
import { ShortcutsDialog } from './ShortcutsDialog.tsx';
import { StopDialog } from './StopDialog.tsx';
import { RetentionDialog } from './RetentionDialog.tsx';
import { TrashDialog } from './TrashDialog.tsx';
import { WelcomeScreen } from './WelcomeScreen.tsx';
import styles from './Shell.module.css';

type Place = 'rooms' | 'live' | 'library' | 'queue' | 'settings';

const PLACES: readonly { screen: Place; label: string; icon: TablerIcon }[] = [
  { screen: 'rooms', label: texts.rooms.title, icon: IconDoor },
  { screen: 'live', label: texts.live.title, icon: IconBroadcast },
  { screen: 'library', label: texts.library.title, icon: IconMovie },
  { screen: 'queue', label: texts.queue.title, icon: IconCloudUpload },
  { screen: 'settings', label: texts.settings.title, icon: IconSettings },
];

/** The window: where to go on the left, the screen on the right, and red all round while it records. */
export function Shell() {
  const view = useUi((state) => state.view);
  const live = useUi((state) => state.live);
  const recording = live?.phase === 'recording' && !isPaused(live);
  useTitle(live);
  return (
    <div className={styles.shell} data-recording={recording}>
      <Sidebar view={view} live={live} />
      <Screen view={view} />
      <StopDialog />
      <ShortcutsDialog />
      <CommandPalette />
      <EditorDialog />
      <PreflightDialog />
      <TrashDialog />
      <RetentionDialog />
      <ExportDialog />
      <RequestDialog />
    </div>
  );
}

function Screen({ view }: { view: View }) {
  switch (view.screen) {
    case 'welcome':
      return <WelcomeScreen />;
    case 'rooms':
      return <RoomsScreen />;
    case 'live':
      return <LiveScreen />;
    case 'library':
      return <LibraryScreen />;
    case 'review':
      return <ReviewScreen key={view.sessionId} sessionId={view.sessionId} outputId={view.outputId} />;
    case 'queue':
      return <QueueScreen />;
    case 'settings':
      return <SettingsScreen />;
  }
}

function Sidebar({ view, live }: { view: View; live: LiveRecording | null }) {
  const actions = useActions();
  const current: Place | null = view.screen === 'welcome' ? null : view.screen === 'review' ? 'library' : view.screen;
  return (
    <nav className={styles.sidebar} aria-label={texts.shell.places}>
      <div className={styles.brand}>
        <span className={styles.mark} aria-hidden />
        {texts.common.appName}
      </div>
      {PLACES.map(({ screen, label, icon: Icon }) => (
        <button
          key={screen}
          type="button"
          className={styles.place}
          aria-current={current === screen ? 'page' : undefined}
          onClick={() => actions.show({ screen })}
        >
          <Icon size={18} stroke={1.7} aria-hidden />
          {label}
          {screen === 'live' && live !== null && <LiveHint live={live} />}
          {screen === 'queue' && <QueueHint />}
        </button>
      ))}
      <div className={styles.foot}>
        <OfflineHint />
        <DiskHint />
        <button type="button" className={styles.quiet} onClick={() => actions.openDialog('shortcuts')}>
          <IconKeyboard size={16} stroke={1.6} aria-hidden />
          {texts.shell.shortcuts}
        </button>
      </div>
    </nav>
  );
}

function LiveHint({ live }: { live: LiveRecording }) {
  const state = phaseWord(live);
  const text = live.phase === 'recording' && !isPaused(live) ? formatClock(live.elapsedMs) : state.word;
  return (
    <span className={styles.hint} data-tone={state.tone}>
      {text}
    </span>
  );
}

/** How many recordings need somebody. */
function QueueHint() {
  const sessions = useUi((state) => state.sessions);
  const waiting = sessions.state === 'ready' ? needsYou(sessions.value) : 0;
  if (waiting === 0) return null;
  return (
    <span className={styles.hint} data-tone="amber" aria-label={texts.shell.needYou(waiting)}>
      {waiting}
    </span>
  );
}

/** What works without a network, and what does not. */
function OfflineHint() {
  const offline = useUi((state) => state.offline);
  return (
    <p className={styles.offline} role="status">
      {offline && (
        <>
          <IconWifiOff size={14} aria-hidden /> {texts.shell.offline}
        </>
      )}
    </p>
  );
}

function DiskHint() {
  const freeBytes = useUi((state) =>
    state.snapshot.state === 'ready' ? state.snapshot.value.library.freeBytes : null,
  );
  if (freeBytes === null) return null;
  return <span className={styles.disk}>{texts.shell.free(formatBytes(freeBytes))}</span>;
}

/** Says in the taskbar and the window list what goes on. */
function useTitle(live: LiveRecording | null): void {
  const title =
    live !== null && isCapturing(live)
      ? texts.shell.windowTitle(isPaused(live), phaseWord(live).word, live.roomName)
      : texts.common.appName;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
