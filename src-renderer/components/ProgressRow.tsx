import { texts } from '../../src-main/contract/texts/index.ts';
import { formatPercent } from '../state/format.ts';
import type { StateWord } from '../state/words.ts';
import { StateBadge } from './StateBadge.tsx';
import styles from './ProgressRow.module.css';

export interface ProgressRowProps {
  title: string;
  note: string;
  state: StateWord;
  /** 0 to 1; null: there is no number to it. */
  progress: number | null;
  /** What the number is of: `12 of 48 MB`. */
  amount: string;
  /** How fast it goes and how long it still takes. */
  pace?: string | null;
}

/** One file on its way: what it is, how far it is, and what state that is. */
export function ProgressRow({ title, note, state, progress, amount, pace = null }: ProgressRowProps) {
  const moving = state.tone === 'blue';
  return (
    <li className={styles.row}>
      <div className={styles.name}>
        <span className="clip">{title}</span>
        <span className={`${styles.note} clip`}>{note}</span>
      </div>
      <div
        className={styles.track}
        role="progressbar"
        aria-label={texts.progress.of(title, note, state.word)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={progress === null ? undefined : Math.floor(progress * 100)}
        data-tone={state.tone}
        data-moving={moving}
      >
        <div className={styles.bar} style={{ transform: `scaleX(${progress ?? 0})` }} />
      </div>
      <span className={styles.amount}>{amount}</span>
      <span className={styles.state}>
        <StateBadge state={state} detail={moving && progress !== null ? formatPercent(progress) : undefined} />
        {pace !== null && <span className={styles.pace}>{pace}</span>}
      </span>
    </li>
  );
}
