import styles from './LevelMeter.module.css';

/** Loudness from 0 to 1 as a bar over 60 dB; `null`: nothing to measure. */
export function LevelMeter({ level, label }: { level: number | null; label: string }) {
  const shown = level === null || level <= 0 ? 0 : Math.max(0, 1 + (20 * Math.log10(level)) / 60);
  return (
    <div
      className={styles.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown * 100)}
      data-silent={level === null}
    >
      <div className={styles.bar} style={{ transform: `scaleX(${shown})` }} />
    </div>
  );
}
