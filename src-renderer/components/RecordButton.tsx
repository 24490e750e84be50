import { Button } from '@mantine/core';
import { IconPlayerRecordFilled } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import styles from './RecordButton.module.css';

export interface RecordButtonProps {
  /** Names what is recorded, for people who do not see the row. */
  label?: string;
  size?: 'row' | 'large';
  submit?: boolean;
  busy?: boolean;
  disabled?: boolean;
  onClick?: () => void;
}

/** The one red button. */
export function RecordButton({
  label,
  size = 'row',
  submit = false,
  busy = false,
  disabled = false,
  onClick,
}: RecordButtonProps) {
  return (
    <Button
      type={submit ? 'submit' : 'button'}
      size={size === 'large' ? 'md' : 'sm'}
      className={styles.record}
      data-size={size}
      leftSection={<IconPlayerRecordFilled size={size === 'large' ? 18 : 14} aria-hidden />}
      aria-label={label}
      loading={busy}
      disabled={disabled}
      onClick={onClick}
    >
      {texts.rooms.record}
    </Button>
  );
}
