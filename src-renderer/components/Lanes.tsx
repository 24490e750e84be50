import { useSyncExternalStore } from 'react';
import type { SessionLanes } from '../../src-main/contract/lanes.ts';
import type { OutputPreviews } from '../../src-main/contract/previews.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { PlayClock } from '../state/play-clock.ts';
import { LaneRow } from './LaneRow.tsx';
import styles from './LaneRow.module.css';

export interface LanesProps {
  lanes: SessionLanes;
  clock: PlayClock;
  /** By output id, as far as they are there. */
  previews: ReadonlyMap<string, OutputPreviews | null>;
  /** Who is heard alone and who is not; null while one file plays, in which nobody can be told apart. */
  hearing: {
    muted: ReadonlySet<string>;
    solo: ReadonlySet<string>;
    onMute: (laneId: string) => void;
    onSolo: (laneId: string) => void;
  } | null;
}

/** A lane for each stream on the session's time, and one line where the player is. */
export function Lanes({ lanes: { lanes, durationMs }, clock, hearing, previews }: LanesProps) {
  return (
    <section className={styles.lanes} aria-label={texts.review.lanes.title}>
      <ul>
        {lanes.map((lane) => (
          <LaneRow
            key={lane.laneId}
            {...{ lane, durationMs }}
            peaks={(lane.file === null ? null : previews.get(lane.file.outputId)?.peaks) ?? null}
            hearing={
              hearing === null || lane.file === null
                ? null
                : {
                    muted: hearing.muted.has(lane.laneId),
                    solo: hearing.solo.has(lane.laneId),
                    onMute: () => hearing.onMute(lane.laneId),
                    onSolo: () => hearing.onSolo(lane.laneId),
                  }
            }
            onSeek={(timeMs) => clock.seek(timeMs)}
          />
        ))}
      </ul>
      <Playhead clock={clock} durationMs={durationMs} />
    </section>
  );
}

function Playhead({ clock, durationMs }: { clock: PlayClock; durationMs: number }) {
  const timeMs = useSyncExternalStore(clock.subscribe, () => clock.timeMs);
  const at = durationMs > 0 ? Math.min(1, timeMs / durationMs) : 0;
  return (
    <div className={styles.axis} aria-hidden>
      <span className={styles.playhead} style={{ left: `${at * 100}%` }} />
    </div>
  );
}
