import { useMemo, type CSSProperties } from 'react';
import type { OutputPreviews } from '../../src-main/contract/previews.ts';

export type Peaks = NonNullable<OutputPreviews['peaks']>;

/** As many bars as a lane of a wide window has pixels for; more would not be seen. */
const MAX_BARS = 900;

/** Loudness over time, mirrored about the middle. */
export function Waveform({ peaks, className, style }: { peaks: Peaks; className: string; style: CSSProperties }) {
  const path = useMemo(() => pathOf(peaks.values), [peaks]);
  return (
    <svg className={className} style={style} viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden>
      <path d={path} fill="currentColor" />
    </svg>
  );
}

function pathOf(values: readonly number[]): string {
  const bars = Math.min(MAX_BARS, values.length);
  if (bars === 0) return '';
  const width = 1000 / bars;
  const parts: string[] = [];
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar * values.length) / bars);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * values.length) / bars));
    let loudest = 0;
    for (let index = from; index < to; index += 1) loudest = Math.max(loudest, values[index] ?? 0);
    // Speech is quiet in numbers: the root brings it to where the eye expects it.
    const half = Math.max(0.4, Math.sqrt(loudest) * 10);
    const x = (bar * width).toFixed(2);
    parts.push(
      `M${x} ${(10 - half).toFixed(2)}h${(width * 0.75).toFixed(2)}v${(half * 2).toFixed(2)}h-${(width * 0.75).toFixed(2)}z`,
    );
  }
  return parts.join('');
}
