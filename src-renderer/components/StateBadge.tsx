import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconCloudUpload,
  IconDeviceDesktop,
  IconFileBroken,
  IconLoader2,
  IconPlayerPauseFilled,
  IconPlayerRecordFilled,
  IconPlayerStopFilled,
  type TablerIcon,
} from '@tabler/icons-react';
import type { IconName, StateWord } from '../state/words.ts';
import styles from './StateBadge.module.css';

const ICONS: Record<IconName, TablerIcon> = {
  record: IconPlayerRecordFilled,
  alert: IconAlertTriangle,
  check: IconCircleCheck,
  progress: IconLoader2,
  upload: IconCloudUpload,
  clock: IconClock,
  device: IconDeviceDesktop,
  broken: IconFileBroken,
  stop: IconPlayerStopFilled,
  pause: IconPlayerPauseFilled,
};

/** A state as icon, word and colour; `detail` is what a number adds to it. */
export function StateBadge({ state, detail }: { state: StateWord; detail?: string | undefined }) {
  const Icon = ICONS[state.icon];
  return (
    <span className={styles.badge} data-tone={state.tone}>
      <Icon size={14} stroke={2} aria-hidden className={state.icon === 'progress' ? styles.spin : undefined} />
      <span className="clip">
        {state.word}
        {detail !== undefined && <span className={styles.detail}> {detail}</span>}
      </span>
    </span>
  );
}
