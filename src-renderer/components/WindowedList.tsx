import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { firstVisible, offsetsOf } from '../state/windowing.ts';
import styles from './WindowedList.module.css';

export interface WindowedListProps<Row extends { key: string }> {
  rows: readonly Row[];
  /** Height of a row in pixels, known without drawing it. */
  heightOf: (row: Row) => number;
  label: string;
  children: (row: Row) => ReactNode;
}

/** Rows drawn beyond what is visible, so that a quick scroll or Tab never meets an empty place. */
const OVERSCAN = 8;

/** A list of thousands: only the rows near what is visible are drawn. */
export function WindowedList<Row extends { key: string }>({ rows, heightOf, label, children }: WindowedListProps<Row>) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const offsets = useMemo(() => offsetsOf(rows, heightOf), [rows, heightOf]);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const first = Math.max(0, firstVisible(offsets, view.top) - OVERSCAN);
  const last = Math.min(rows.length, firstVisible(offsets, view.top + view.height) + 1 + OVERSCAN);
  return (
    <div ref={frame} className={styles.frame}>
      <div className={styles.all} role="list" aria-label={label} style={{ height: offsets.at(-1) ?? 0 }}>
        {rows.slice(first, last).map((row, index) => (
          <div
            key={row.key}
            role="listitem"
            aria-setsize={rows.length}
            aria-posinset={first + index + 1}
            className={styles.row}
            style={{ top: offsets[first + index], height: heightOf(row) }}
          >
            {children(row)}
          </div>
        ))}
      </div>
    </div>
  );
}
