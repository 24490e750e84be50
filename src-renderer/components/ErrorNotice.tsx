import { useState, type ReactNode } from 'react';
import { Button, CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconChevronDown, IconChevronRight, IconCopy } from '@tabler/icons-react';
import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import styles from './ErrorNotice.module.css';

export interface ErrorNoticeProps {
  error: ErrorRecord;
  /** The one button that mends it. */
  action?: ReactNode;
  onDismiss?: () => void;
  onCopy: (text: string) => void;
}

/** What happened and what to do; the code and the technical text stay behind "Details". */
export function ErrorNotice({ error, action, onDismiss, onCopy }: ErrorNoticeProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.notice} role="alert" data-loss={error.fault === 'disk'}>
      <IconAlertTriangle size={20} stroke={1.8} aria-hidden className={styles.icon} />
      <div className={styles.words}>
        <p className={`${styles.message} selectable`}>{error.message}</p>
        <p className="selectable dim">{error.remedy}</p>
        <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          {texts.common.details}
        </button>
        {open && (
          <div className={styles.details}>
            <pre className="mono selectable">{diagnostics(error)}</pre>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconCopy size={14} />}
              onClick={() => onCopy(diagnostics(error))}
            >
              {texts.common.copyDiagnostics}
            </Button>
          </div>
        )}
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
      {onDismiss !== undefined && <CloseButton aria-label={texts.common.dismiss} onClick={onDismiss} />}
    </div>
  );
}

const diagnostics = (error: ErrorRecord): string =>
  [`${error.code} (${error.fault})`, error.message, error.details ?? ''].filter((line) => line !== '').join('\n');
