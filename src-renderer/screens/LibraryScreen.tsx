import { useMemo } from 'react';
import { Button } from '@mantine/core';
import { IconDoor, IconFolderOpen, IconMovie, IconSearch } from '@tabler/icons-react';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { SessionRow } from '../components/SessionRow.tsx';
import { WindowedList } from '../components/WindowedList.tsx';
import { findSessions, libraryRows, type LibraryRow } from '../state/library-list.ts';
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
      title="Library"
      flush
      tools={
        <>
          <SearchField label="Room, person, date or state" value={search} onChange={actions.setLibrarySearch} />
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={16} />}
            onClick={() => void actions.openLibrary()}
          >
            Open folder
          </Button>
        </>
      }
      notice={<LibraryNotice />}
    >
      <SessionList />
    </Page>
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
          Choose folder…
        </Button>
      }
    />
  );
}

const DAY_HEIGHT = 44;
const SESSION_HEIGHT = 60;
const heightOf = (row: LibraryRow): number => (row.kind === 'day' ? DAY_HEIGHT : SESSION_HEIGHT);

function SessionList() {
  const actions = useActions();
  const sessions = useUi((state) => state.sessions);
  const search = useUi((state) => state.librarySearch);
  const rows = useMemo(
    () => (sessions.state === 'ready' ? libraryRows(findSessions(sessions.value.values(), search), new Date()) : []),
    [sessions, search],
  );
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
      <EmptyState icon={IconSearch} title={`Nothing matches “${search}”`}>
        Recordings are found by room, person, date (“20 Nov”, “2026-11-20”) and state (“delivered”, “needs you”).
      </EmptyState>
    );
  }
  return (
    <WindowedList rows={rows} heightOf={heightOf} label="Recordings">
      {(row) =>
        row.kind === 'day' ? (
          <h2 className={styles.day}>{row.label}</h2>
        ) : (
          <SessionRow summary={row.summary} onOpen={() => actions.openSession(row.summary.sessionId)} />
        )
      }
    </WindowedList>
  );
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
      title="No recordings yet"
      action={
        <Button
          variant="default"
          leftSection={<IconDoor size={16} />}
          onClick={() => actions.show({ screen: 'rooms' })}
        >
          Choose what to record
        </Button>
      }
    >
      Every recording is a folder on this computer. It is listed here as soon as it starts.
    </EmptyState>
  );
}
