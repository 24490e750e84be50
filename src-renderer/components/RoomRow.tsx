import { IconCircleCheck, IconPlayerStopFilled } from '@tabler/icons-react';
import type { RoomView } from '../../src-main/contract/ipc.ts';
import { RecordButton } from './RecordButton.tsx';
import styles from './RoomRow.module.css';

export interface RoomRowProps {
  room: RoomView;
  /** Something else is going on: nothing can be started now. */
  disabled: boolean;
  onRecord: () => void;
}

/** A room, what recording it would do now, and why. */
export function RoomRow({ room, disabled, onRecord }: RoomRowProps) {
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
        <span className={`${styles.delivery} clip`} title={delivery}>
          {delivery}
        </span>
      </div>
      <RecordButton label={`Record ${room.name}`} disabled={disabled || !records} onClick={onRecord} />
    </li>
  );
}
