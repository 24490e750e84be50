import type { ReactNode } from 'react';
import styles from './SettingRow.module.css';

/** One setting: what it is, what it means now, and what changes it. */
export function SettingRow({ title, note, action }: { title: ReactNode; note: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        <div className={styles.note}>{note}</div>
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
