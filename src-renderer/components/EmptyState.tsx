import type { ReactNode } from 'react';
import type { TablerIcon } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import styles from './EmptyState.module.css';

export interface EmptyStateProps {
  icon: TablerIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** A list with nothing in it: why, and what to do. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <Icon size={32} stroke={1.4} aria-hidden className={styles.icon} />
      <h2>{title}</h2>
      <p className="dim">{children}</p>
      {action}
    </div>
  );
}

/** Rows that stand for a list which is being read; they appear only when that takes a moment. */
export function SkeletonRows({ rows, height }: { rows: number; height: number }) {
  return (
    <div role="status" aria-label={texts.common.loading} className={styles.skeletons}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.skeleton} style={{ height: height - 8 }} />
      ))}
    </div>
  );
}
