import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatBytes, formatLength, formatPace, formatTime } from '../state/format.ts';
import { howFar } from '../state/library-list.ts';
import { SUMMARY_WORDS } from '../state/words.ts';
import { Avatar } from './Avatar.tsx';
import { SessionThumb } from './SessionThumb.tsx';
import { StateBadge } from './StateBadge.tsx';
import styles from './SessionRow.module.css';

export interface SessionRowProps {
  summary: SessionSummary;
  /** How far it is, while it is worked on. */
  progress: SessionProgress | null;
  onOpen: () => void;
}

/** A recording in the library: when, which room, who, how long, how big, and how far. */
export function SessionRow({ summary, progress, onOpen }: SessionRowProps) {
  const broken = summary.state === 'broken';
  const pace = summary.state === 'uploading' ? formatPace(progress?.bytesPerS, progress?.etaS) : null;
  return (
    <button type="button" className={styles.row} onClick={onOpen}>
      <span className={styles.time}>{broken ? '' : formatTime(summary.startedAt)}</span>
      <span className={styles.thumb}>
        <SessionThumb summary={summary} />
      </span>
      <span className={styles.what}>
        <span className={`${styles.room} clip`}>{summary.roomName}</span>
        <span className={`${styles.note} clip`}>{note(summary)}</span>
      </span>
      <span className={styles.faces} aria-hidden>
        {summary.people.slice(0, 4).map((name, index) => (
          <Avatar key={`${name} ${index}`} name={name} seed={name} size={24} />
        ))}
        {summary.people.length > 4 && <span className={styles.more}>+{summary.people.length - 4}</span>}
      </span>
      <span className={styles.number}>{summary.durationMs === null ? '–' : formatLength(summary.durationMs)}</span>
      <span className={styles.number}>{summary.sizeBytes === 0 ? '–' : formatBytes(summary.sizeBytes)}</span>
      <span className={styles.state}>
        <StateBadge state={SUMMARY_WORDS[summary.state]} detail={howFar(summary, progress)} />
        {pace !== null && <span className={styles.pace}>{pace}</span>}
      </span>
    </button>
  );
}

/** The second line: what is wrong where something is, else who was there. */
function note(summary: SessionSummary): string {
  if (summary.error !== null) return summary.error.message;
  if (summary.people.length === 0) return texts.library.nobodyJoined;
  return summary.people.length <= 3
    ? summary.people.join(', ')
    : texts.library.people(summary.people.length, summary.people.join(', '));
}
