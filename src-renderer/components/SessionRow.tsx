import { useState } from 'react';
import { IconMovie } from '@tabler/icons-react';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import type { SessionProgress } from '../../src-main/contract/progress.ts';
import { posterUrl } from '../../src-main/contract/app-urls.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatBytes, formatLength, formatPace, formatPercent, formatTime, people } from '../state/format.ts';
import { SUMMARY_WORDS } from '../state/words.ts';
import { Avatar } from './Avatar.tsx';
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
      <Thumb summary={summary} />
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

/** The picture that stands for a recording; where there is none, a plain field of the same size. */
function Thumb({ summary: { sessionId, files } }: { summary: SessionSummary }) {
  const [there, setThere] = useState(true);
  return (
    <span className={styles.thumb} aria-hidden>
      {files.done > 0 && there ? (
        <img
          src={posterUrl(sessionId, 'composite')}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setThere(false)}
        />
      ) : (
        <IconMovie size={16} stroke={1.5} />
      )}
    </span>
  );
}

/** The second line: what is wrong where something is, else who was there. */
function note(summary: SessionSummary): string {
  if (summary.error !== null) return summary.error.message;
  if (summary.people.length === 0) return texts.library.nobodyJoined;
  return summary.people.length <= 3
    ? summary.people.join(', ')
    : `${people(summary.people.length)}: ${summary.people.join(', ')}`;
}

/** In percent, or in files until that is known. */
function howFar({ state, files, uploads }: SessionSummary, progress: SessionProgress | null): string | undefined {
  if (progress !== null && (state === 'finalizing' || state === 'uploading')) return formatPercent(progress.fraction);
  if (state === 'finalizing') return texts.progress.ofWhole(files.done, files.total);
  if (state === 'uploading') return texts.progress.ofWhole(uploads.delivered, uploads.total);
  return undefined;
}
