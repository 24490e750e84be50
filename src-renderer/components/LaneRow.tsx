import { Tooltip } from '@mantine/core';
import type { Lane, LaneSpan } from '../../src-main/contract/lanes.ts';
import type { SpanReason } from '../../src-main/contract/timeline.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatClock, formatTenths } from '../state/format.ts';
import { STREAM_WORDS } from '../state/words.ts';
import { Waveform, type Peaks } from './Waveform.tsx';
import styles from './LaneRow.module.css';

export interface LaneRowProps {
  lane: Lane;
  /** Of the whole session, in milliseconds. */
  durationMs: number;
  /** Null where this lane cannot be heard apart from the others. */
  hearing: { muted: boolean; solo: boolean; onMute: () => void; onSolo: () => void } | null;
  onSeek: (timeMs: number) => void;
  /** Of its file, once they are there. */
  peaks: Peaks | null;
}

const REASONS: Record<SpanReason, string> = {
  muted: texts.review.lanes.reasons.muted,
  'camera-off': texts.review.lanes.reasons.cameraOff,
  loss: texts.review.lanes.reasons.loss,
  stall: texts.review.lanes.reasons.stall,
  reconnect: texts.review.lanes.reasons.reconnect,
  'layer-switch': texts.review.lanes.reasons.layerSwitch,
  paused: texts.review.lanes.reasons.paused,
};

/** Why something is missing, and from when to when. */
const spanWords = ({ reason, fromMs, toMs }: LaneSpan): string =>
  texts.review.lanes.span(
    REASONS[reason],
    formatClock(fromMs),
    formatClock(toMs),
    formatTenths((toMs - fromMs) / 1000),
  );

/** One stream of somebody: when they were there, what was sent, why something is missing. */
export function LaneRow({ lane, durationMs, hearing, onSeek, peaks }: LaneRowProps) {
  const place = (fromMs: number, toMs: number) => ({
    left: `${(fromMs / durationMs) * 100}%`,
    width: `${((toMs - fromMs) / durationMs) * 100}%`,
  });
  const sends = lane.type === null ? texts.review.lanes.sentNothing : STREAM_WORDS[lane.type];
  const what = texts.outputs.of(lane.name, sends);
  return (
    <li className={styles.lane}>
      <div className={styles.who}>
        <span className={styles.name}>
          <strong className="clip">{lane.name}</strong>
          <span className="clip">{sends}</span>
        </span>
        {hearing !== null && (
          <>
            <Key
              letter={texts.review.lanes.keys.solo}
              label={texts.review.lanes.solo(what)}
              pressed={hearing.solo}
              onPress={hearing.onSolo}
            />
            <Key
              letter={texts.review.lanes.keys.mute}
              label={texts.review.lanes.mute(what)}
              pressed={hearing.muted}
              onPress={hearing.onMute}
            />
          </>
        )}
      </div>
      <div
        className={styles.track}
        data-axis
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          onSeek(((event.clientX - box.left) / box.width) * durationMs);
        }}
      >
        {lane.presence.map(([from, to]) => (
          <span key={from} className={styles.presence} style={place(from, to)} />
        ))}
        {lane.type !== null && <span className={styles.media} style={place(...lane.media)} />}
        {peaks !== null && lane.file !== null && (
          <Waveform
            peaks={peaks}
            className={styles.wave ?? ''}
            style={place(lane.file.startMs, lane.file.startMs + lane.file.durationMs)}
          />
        )}
        {lane.spans.map((span) => (
          <Tooltip key={`${span.reason} ${span.fromMs}`} label={spanWords(span)} openDelay={0} events={WITH_KEYS}>
            <button
              type="button"
              className={styles.span}
              data-reason={span.reason}
              aria-label={texts.review.lanes.spanOf(lane.name, spanWords(span))}
              style={place(span.fromMs, span.toMs)}
              onClick={(event) => {
                event.stopPropagation();
                onSeek(span.fromMs);
              }}
            />
          </Tooltip>
        ))}
      </div>
    </li>
  );
}

/** What the pointer is told, the keyboard is told too. */
const WITH_KEYS = { hover: true, focus: true, touch: false };

interface KeyProps {
  letter: string;
  label: string;
  pressed: boolean;
  onPress: () => void;
}

function Key({ letter, label, pressed, onPress }: KeyProps) {
  return (
    <Tooltip label={label}>
      <button type="button" className={styles.key} aria-label={label} aria-pressed={pressed} onClick={onPress}>
        {letter}
      </button>
    </Tooltip>
  );
}
