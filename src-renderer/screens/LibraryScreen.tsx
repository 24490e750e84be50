import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { ActionIcon, Button, Checkbox, Menu, SegmentedControl } from '@mantine/core';
import { useViewportSize } from '@mantine/hooks';
import {
  IconDoor,
  IconDots,
  IconFileImport,
  IconFolderOpen,
  IconLayoutGrid,
  IconList,
  IconMovie,
  IconRefresh,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { SessionRow } from '../components/SessionRow.tsx';
import { SessionTile } from '../components/SessionTile.tsx';
import { WindowedList } from '../components/WindowedList.tsx';
import { formatDateTime } from '../state/format.ts';
import { findSessions, libraryRows, prepareSearch, type LibraryRow } from '../state/library-list.ts';
import { LIBRARY_VIEWS } from '../state/library-view.ts';
import { isRetryable } from '../state/queue.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { LastError, Problem } from './Problem.tsx';
import { SearchField } from './SearchField.tsx';
import styles from './LibraryScreen.module.css';

/** "Where is that meeting?" */
export function LibraryScreen() {
  const actions = useActions();
  const search = useUi((state) => state.librarySearch);
  return (
    <Page
      title={texts.library.title}
      flush
      tools={
        <>
          <SearchField label={texts.library.search} value={search} onChange={actions.setLibrarySearch} />
          <ViewChoice />
          <LibraryMenu />
        </>
      }
      notice={<LibraryNotice />}
      footer={<Selected />}
    >
      <DropPlace>
        <SessionList />
      </DropPlace>
    </Page>
  );
}

const VIEW_ICONS = { list: IconList, grid: IconLayoutGrid };

function ViewChoice() {
  const actions = useActions();
  const view = useUi((state) => state.libraryView);
  return (
    <SegmentedControl
      aria-label={texts.library.view}
      value={view}
      data={LIBRARY_VIEWS.map((choice) => {
        const Icon = VIEW_ICONS[choice];
        return {
          value: choice,
          label: <Icon size={16} aria-label={texts.library.views[choice]} className={styles.view} />,
        };
      })}
      onChange={(value) => actions.setLibraryView(value === 'grid' ? 'grid' : 'list')}
    />
  );
}

function LibraryMenu() {
  const actions = useActions();
  const selecting = useUi((state) => state.selected !== null);
  return (
    <>
      <Button variant="default" aria-pressed={selecting} onClick={actions.toggleSelecting}>
        {selecting ? texts.library.done : texts.library.select}
      </Button>
      <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={texts.library.more}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFolderOpen size={16} />} onClick={() => void actions.openLibrary()}>
            {texts.common.openFolder}
          </Menu.Item>
          <Menu.Item leftSection={<IconFileImport size={16} />} onClick={() => void actions.importFolder()}>
            {texts.library.import}
          </Menu.Item>
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => void actions.rescan()}>
            {texts.library.rescan}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Folders of recordings that are dropped on the list are brought into the library. */
function DropPlace({ children }: { children: ReactNode }) {
  const actions = useActions();
  const [over, setOver] = useState(false);
  return (
    <div
      className={styles.drop}
      data-over={over}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void actions.importDropped([...event.dataTransfer.files]);
      }}
    >
      {children}
    </div>
  );
}

/** What can be done with all that is chosen. */
function Selected() {
  const actions = useActions();
  const selected = useUi((state) => state.selected);
  const sessions = useUi((state) => (state.sessions.state === 'ready' ? state.sessions.value : null));
  const search = useUi((state) => state.librarySearch);
  if (selected === null || sessions === null) return null;
  const chosen = [...selected].flatMap((id) => sessions.get(id) ?? []);
  const retryable = chosen.filter(isRetryable);
  return (
    <div className={styles.selected} role="region" aria-label={texts.library.chosen.title}>
      <strong>{texts.library.chosen.count(chosen.length)}</strong>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => actions.selectAll(findSessions(sessions.values(), search).map(({ sessionId }) => sessionId))}
      >
        {texts.library.chosen.all}
      </Button>
      <span className={styles.gap} />
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconRefresh size={14} />}
        disabled={retryable.length === 0}
        onClick={() => void actions.retryAll(retryable.map(({ sessionId }) => sessionId))}
      >
        {texts.library.chosen.retry(retryable.length)}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconTrash size={14} />}
        disabled={chosen.length === 0}
        onClick={() => actions.askToTrash([...selected])}
      >
        {texts.common.moveToBin}
      </Button>
    </div>
  );
}

/** A recording in the list; while something is being chosen, with a box to choose it. */
function Recording({ summary, as: Shape }: { summary: SessionSummary; as: typeof SessionRow | typeof SessionTile }) {
  const actions = useActions();
  const { sessionId, roomName } = summary;
  const progress = useUi((state) => state.progress.get(sessionId) ?? null);
  const selecting = useUi((state) => state.selected !== null);
  const chosen = useUi((state) => state.selected?.has(sessionId) ?? false);
  return (
    <div className={Shape === SessionTile ? styles.tile : styles.row}>
      {selecting && (
        <Checkbox
          className={styles.box}
          aria-label={texts.library.choose(roomName, formatDateTime(summary.startedAt))}
          checked={chosen}
          onChange={() => actions.toggleSelected(sessionId)}
        />
      )}
      <Shape summary={summary} progress={progress} onOpen={() => actions.openSession(sessionId)} />
    </div>
  );
}

function LibraryNotice() {
  const error = useUi((state) => (state.snapshot.state === 'ready' ? state.snapshot.value.library.error : null));
  const actions = useActions();
  if (error === null) return <LastError />;
  return (
    <Problem
      error={error}
      action={
        <Button variant="default" onClick={() => void actions.chooseLibrary()}>
          {texts.common.chooseFolder}
        </Button>
      }
    />
  );
}

const DAY_HEIGHT = 44;
const SESSION_HEIGHT = 60;
const TILES_HEIGHT = 212;
const HEIGHTS: Record<LibraryRow['kind'], number> = { day: DAY_HEIGHT, session: SESSION_HEIGHT, tiles: TILES_HEIGHT };
const heightOf = ({ kind }: LibraryRow): number => HEIGHTS[kind];

/** A picture is about this wide; what is beside the list is left out. */
const TILE_WIDTH = 220;
const BESIDE = 240;

/** How many pictures stand side by side; null: recordings have a line each. */
function useColumns(): number | null {
  const { width } = useViewportSize();
  const grid = useUi((state) => state.libraryView === 'grid');
  return grid ? Math.max(2, Math.floor((width - BESIDE) / TILE_WIDTH)) : null;
}

function SessionList() {
  const sessions = useUi((state) => state.sessions);
  const search = useUi((state) => state.librarySearch);
  const columns = useColumns();
  const rows = useMemo(
    () =>
      sessions.state === 'ready' ? libraryRows(findSessions(sessions.value.values(), search), new Date(), columns) : [],
    [sessions, search, columns],
  );
  useEffect(() => {
    if (rows.length > 0) performance.mark('rollcall-list');
  }, [rows]);
  useEffect(() => {
    if (sessions.state !== 'ready') return;
    const prepare = (deadline: IdleDeadline): void => {
      if (!prepareSearch(sessions.value.values(), () => deadline.timeRemaining() > 1))
        wanted = requestIdleCallback(prepare);
    };
    let wanted = requestIdleCallback(prepare);
    return () => cancelIdleCallback(wanted);
  }, [sessions]);
  if (sessions.state === 'loading') {
    return (
      <div className={styles.pad}>
        <SkeletonRows rows={8} height={SESSION_HEIGHT} />
      </div>
    );
  }
  if (sessions.state === 'failed') {
    return (
      <div className={styles.pad}>
        <Problem error={sessions.error} />
      </div>
    );
  }
  if (sessions.value.size === 0) return <EmptyLibrary />;
  if (rows.length === 0) {
    return (
      <EmptyState icon={IconSearch} title={texts.library.nothingMatches(search)}>
        {texts.library.searchHint}
      </EmptyState>
    );
  }
  return (
    <WindowedList rows={rows} heightOf={heightOf} label={texts.library.list}>
      {(row) => <LibraryRowOf row={row} columns={columns ?? 1} />}
    </WindowedList>
  );
}

function LibraryRowOf({ row, columns }: { row: LibraryRow; columns: number }) {
  switch (row.kind) {
    case 'day':
      return <h2 className={styles.day}>{row.label}</h2>;
    case 'session':
      return <Recording summary={row.summary} as={SessionRow} />;
    case 'tiles':
      return (
        <ul className={styles.tiles} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          {row.summaries.map((summary) => (
            <li key={summary.sessionId}>
              <Recording summary={summary} as={SessionTile} />
            </li>
          ))}
        </ul>
      );
  }
}

function EmptyLibrary() {
  const actions = useActions();
  const gone = useUi((state) => state.snapshot.state === 'ready' && state.snapshot.value.library.error !== null);
  const scanned = useUi((state) => state.snapshot.state === 'ready' && state.snapshot.value.library.scanned);
  if (gone) return null; // The notice above says why there is nothing, and what to do.
  if (!scanned) {
    return (
      <div className={styles.pad}>
        <SkeletonRows rows={8} height={SESSION_HEIGHT} />
      </div>
    );
  }
  return (
    <EmptyState
      icon={IconMovie}
      title={texts.library.none}
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
      {texts.library.noneNote}
    </EmptyState>
  );
}
