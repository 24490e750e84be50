import { texts } from '../../src-main/contract/texts/index.ts';
import type { DestinationCheck } from '../../src-main/contract/trials.ts';
import { PREFLIGHT_STATES } from '../state/words.ts';
import { StateBadge } from './StateBadge.tsx';
import styles from './PreflightList.module.css';

/** What was tried of a destination: each with how it went and what to do. */
export function TrialList({ checks }: { checks: readonly DestinationCheck[] }) {
  return (
    <ul className={styles.list}>
      {checks.map(({ name, error }) => (
        <li key={name} className={styles.item}>
          <strong>{texts.trials.checks[name]}</strong>
          <StateBadge state={PREFLIGHT_STATES[error === null ? 'ok' : 'failed']} />
          {error !== null && (
            <p className={styles.found}>
              {error.message} <span className={styles.remedy}>{error.remedy}</span>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
