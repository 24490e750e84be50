import { useEffect, useRef } from 'react';
import { Button, TextInput } from '@mantine/core';
import { IconDoor, IconFileImport, IconLink, IconPlayerRecordFilled, IconPlus } from '@tabler/icons-react';
import type { RoomView } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { Panel } from '../components/Panel.tsx';
import { RecordButton } from '../components/RecordButton.tsx';
import { RoomRow } from '../components/RoomRow.tsx';
import { isCapturing } from '../state/live-facts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { LastError, Problem } from './Problem.tsx';
import { SearchField } from './SearchField.tsx';
import styles from './RoomsScreen.module.css';

/** "What can I record?": a link that somebody sent, or a room that is known. */
export function RoomsScreen() {
  const actions = useActions();
  const search = useUi((state) => state.roomSearch);
  const several = useUi((state) => state.snapshot.state === 'ready' && state.snapshot.value.settings.rooms.length > 0);
  return (
    <Page
      title={texts.rooms.title}
      tools={several && <SearchField label={texts.rooms.search} value={search} onChange={actions.setRoomSearch} />}
      notice={<LastError />}
    >
      <div className={styles.stack}>
        <LinkForm />
        <RoomList />
      </div>
    </Page>
  );
}

function LinkForm() {
  const actions = useActions();
  const link = useUi((state) => state.link);
  const busy = useUi((state) => state.busy);
  const capturing = useUi((state) => isCapturing(state.live));
  const wanted = useUi((state) => state.linkFocus);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (wanted > 0) input.current?.focus();
  }, [wanted]);
  return (
    <form
      className={styles.link}
      onSubmit={(event) => {
        event.preventDefault();
        if (link.trim() === '') input.current?.focus();
        else if (!capturing) void actions.record({ url: link.trim() });
      }}
    >
      <label htmlFor="join-link" className={styles.label}>
        {texts.rooms.link.title}
      </label>
      <p className="dim">{texts.rooms.link.note}</p>
      <div className={styles.field}>
        <TextInput
          id="join-link"
          ref={input}
          size="md"
          flex={1}
          placeholder="https://meet.example.net/?roomId=monday"
          leftSection={<IconLink size={18} aria-hidden />}
          value={link}
          onChange={(event) => actions.setLink(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <RecordButton size="large" submit disabled={capturing} busy={busy === 'record'} />
      </div>
      {capturing && (
        <p className={styles.already}>
          <IconPlayerRecordFilled size={12} aria-hidden /> {texts.rooms.link.busy}
        </p>
      )}
    </form>
  );
}

function RoomList() {
  const snapshot = useUi((state) => state.snapshot);
  const search = useUi((state) => state.roomSearch);
  if (snapshot.state === 'loading') return <SkeletonRows rows={4} height={72} />;
  if (snapshot.state === 'failed') return <Problem error={snapshot.error} />;
  const { rooms } = snapshot.value.settings;
  if (rooms.length === 0) return <NoRooms />;
  const wanted = search.trim().toLowerCase();
  const found = rooms.filter((room) =>
    `${room.name} ${room.url} ${room.templateName ?? ''}`.toLowerCase().includes(wanted),
  );
  return (
    <Panel
      title={texts.rooms.list}
      aside={
        <>
          {texts.progress.ofWhole(found.length, rooms.length)}
          <AddRoom />
        </>
      }
    >
      {found.length === 0 ? (
        <EmptyState icon={IconDoor} title={texts.rooms.nothingMatches(search)}>
          {texts.rooms.searchHint}
        </EmptyState>
      ) : (
        <ul>
          {found.map((room) => (
            <Room key={room.id} room={room} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Room({ room }: { room: RoomView }) {
  const actions = useActions();
  const busy = useUi((state) => state.busy);
  const capturing = useUi((state) => isCapturing(state.live));
  return (
    <RoomRow
      room={room}
      disabled={capturing || busy !== null}
      onRecord={() => void actions.record({ roomId: room.id })}
      onEdit={() => void actions.editRoom(room.id)}
      onRecording={(recording) => void actions.setRoomRecording(room.id, recording)}
    />
  );
}

/** A new room; it begins with the link that is in the field above. */
function AddRoom() {
  const actions = useActions();
  const link = useUi((state) => state.link);
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<IconPlus size={14} />}
      onClick={() => void actions.editRoom(null, link.trim())}
    >
      {texts.rooms.add}
    </Button>
  );
}

function NoRooms() {
  const actions = useActions();
  return (
    <EmptyState
      icon={IconDoor}
      title={texts.rooms.none}
      action={
        <div className={styles.choices}>
          <AddRoom />
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconFileImport size={14} />}
            onClick={() => void actions.importSettings()}
          >
            {texts.common.importSettings}
          </Button>
        </div>
      }
    >
      {texts.rooms.noneNote}
    </EmptyState>
  );
}
