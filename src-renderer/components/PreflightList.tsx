import type { PreflightResult } from '../../src-main/contract/preflight.ts';
import type { Preflight } from '../state/store.ts';
import { PREFLIGHT_ORDER, PREFLIGHT_STATES, PREFLIGHT_WORDS } from '../state/words.ts';
import { StateBadge } from './StateBadge.tsx';
import styles from './PreflightList.module.css';

/** Each check with what it found and what to do. */
export function PreflightList({ running, results }: Preflight) {
  if (running === null && results.length === 0) return null;
  return (
    <ul className={styles.list} aria-live="polite">
      {PREFLIGHT_ORDER.map((check) => {
        const result: PreflightResult | undefined = results.find((each) => each.check === check);
        const state = result?.state ?? (running === check ? 'running' : 'waiting');
        return (
          <li key={check} className={styles.item}>
            <strong>{PREFLIGHT_WORDS[check]}</strong>
            <StateBadge state={PREFLIGHT_STATES[state]} />
            {result !== undefined && (
              <p className={styles.found}>
                {result.found} {result.remedy !== null && <span className={styles.remedy}>{result.remedy}</span>}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
