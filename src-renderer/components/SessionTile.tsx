import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';
import { formatLength, formatTime } from '../state/format.ts';
import { howFar } from '../state/library-list.ts';
import { SUMMARY_WORDS } from '../state/words.ts';
import { SessionThumb } from './SessionThumb.tsx';
import { StateBadge } from './StateBadge.tsx';
import styles from './SessionTile.module.css';

export interface SessionTileProps {
  summary: SessionSummary;
  /** How far it is, while it is worked on. */
  progress: SessionProgress | null;
  onOpen: () => void;
}

/** A recording in the library as a picture: what it looks like, which room, when, how long, and how far. */
export function SessionTile({ summary, progress, onOpen }: SessionTileProps) {
  const when = summary.state === 'broken' ? '' : formatTime(summary.startedAt);
  const length = summary.durationMs === null ? '' : formatLength(summary.durationMs);
  return (
    <button type="button" className={styles.tile} onClick={onOpen}>
      <span className={styles.picture}>
        <SessionThumb summary={summary} />
      </span>
      <span className={`${styles.room} clip`}>{summary.roomName}</span>
      <span className={`${styles.note} clip`}>{[when, length].filter((part) => part !== '').join(' · ')}</span>
      <StateBadge state={SUMMARY_WORDS[summary.state]} detail={howFar(summary, progress)} />
    </button>
  );
}
