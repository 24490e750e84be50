import { ActionIcon, NativeSelect } from '@mantine/core';
import { IconCircleCheck, IconEye, IconPencil, IconPlayerStopFilled } from '@tabler/icons-react';
import type { RoomView } from '../../src-main/contract/ipc.ts';
import type { RoomRecording } from '../../src-main/contract/settings.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { RecordButton } from './RecordButton.tsx';
import styles from './RoomRow.module.css';

export interface RoomRowProps {
  room: RoomView;
  /** Something else is going on: nothing can be started now. */
  disabled: boolean;
  onRecord: () => void;
  onEdit: () => void;
  onRecording: (recording: RoomRecording) => void;
}

const RECORDING: readonly { value: RoomRecording; label: string }[] = [
  { value: 'auto', label: texts.rooms.recording.auto },
  { value: 'enabled', label: texts.rooms.recording.enabled },
  { value: 'disabled', label: texts.rooms.recording.disabled },
];

/** A room, what recording it would do now, and why. */
export function RoomRow({ room, disabled, onRecord, onEdit, onRecording }: RoomRowProps) {
  const { records, reason, delivery } = room.effective;
  const Icon = records ? IconCircleCheck : IconPlayerStopFilled;
  return (
    <li className={styles.row}>
      <div className={styles.room}>
        <span className={`${styles.name} clip`}>{room.name}</span>
        <span className={`${styles.url} clip selectable`} title={room.url}>
          {room.url.replace(/^(https?|wss?):\/\//, '')}
        </span>
      </div>
      <div className={styles.effect}>
        <span className={styles.reason} data-records={records}>
          <Icon size={14} aria-hidden />
          <span>{reason}</span>
        </span>
        {room.watched && (
          <span className={styles.reason} data-records>
            <IconEye size={14} aria-hidden />
            <span>{texts.rooms.watched}</span>
          </span>
        )}
        <span className={`${styles.delivery} clip`} title={delivery}>
          {delivery}
        </span>
      </div>
      <NativeSelect
        aria-label={texts.rooms.recordingOf(room.name)}
        size="xs"
        w={104}
        value={room.recording}
        data={RECORDING.map(({ value, label }) => ({ value, label }))}
        onChange={(event) => {
          const chosen = RECORDING.find(({ value }) => value === event.currentTarget.value);
          if (chosen !== undefined) onRecording(chosen.value);
        }}
      />
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.rooms.edit(room.name)} onClick={onEdit}>
        <IconPencil size={16} />
      </ActionIcon>
      <RecordButton label={texts.rooms.recordRoom(room.name)} disabled={disabled || !records} onClick={onRecord} />
    </li>
  );
}
