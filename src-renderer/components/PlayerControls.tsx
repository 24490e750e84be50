import { useState, type ReactNode } from 'react';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { spriteAt } from '../../src-main/contract/app-urls.ts';
import type { Sprites } from '../../src-main/contract/previews.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatClock } from '../state/format.ts';
import styles from './Player.module.css';

export interface PlayerControlsProps {
  playing: boolean;
  timeMs: number;
  durationMs: number;
  rate: number;
  onToggle: () => void;
  onSeek: (timeMs: number) => void;
  onRate: (rate: number) => void;
  /** What the bar shows above itself, where the pointer rests on it. */
  sprites?: Sprites | null;
  /** What this player has besides. */
  children?: ReactNode;
}

const RATES = [0.5, 1, 1.25, 1.5, 2] as const;

/** Play and pause, where it is, how fast: the bar below whatever plays. */
export function PlayerControls(props: PlayerControlsProps) {
  const { playing, timeMs, durationMs, rate } = props;
  const nextRate = RATES[(RATES.findIndex((each) => each === rate) + 1) % RATES.length] ?? 1;
  return (
    <div className={styles.controls}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={playing ? texts.player.pause : texts.player.play}
        onClick={props.onToggle}
      >
        {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
      <span className={styles.time}>{formatClock(timeMs)}</span>
      <Scrub {...props} />
      <span className={styles.time}>{formatClock(durationMs)}</span>
      <Tooltip label={texts.player.speed}>
        <button
          type="button"
          className={styles.rate}
          aria-label={texts.player.speedOf(rate)}
          onClick={() => props.onRate(nextRate)}
        >
          {rate}×
        </button>
      </Tooltip>
      {props.children}
    </div>
  );
}

function Scrub({ timeMs, durationMs, onSeek, sprites = null }: PlayerControlsProps) {
  /** Where the pointer is on the bar, 0 to 1. */
  const [at, setAt] = useState<number | null>(null);
  return (
    <div
      className={styles.bar}
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        setAt(Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width))));
      }}
      onPointerLeave={() => setAt(null)}
    >
      {at !== null && sprites !== null && <Moment sprites={sprites} at={at} timeMs={at * durationMs} />}
      <input
        type="range"
        className={styles.scrub}
        aria-label={texts.player.position}
        aria-valuetext={formatClock(timeMs)}
        min={0}
        max={Math.max(1, durationMs)}
        step={10}
        value={timeMs}
        onChange={(event) => onSeek(Number(event.currentTarget.value))}
      />
    </div>
  );
}

/** The picture of a moment, above the bar. */
function Moment({ sprites, at, timeMs }: { sprites: Sprites; at: number; timeMs: number }) {
  const { url, x, y, width, height } = spriteAt(sprites, timeMs);
  return (
    <span className={styles.moment} style={{ left: `${at * 100}%`, width }} aria-hidden>
      <span
        className={styles.still}
        style={{ height, backgroundImage: `url("${url}")`, backgroundPosition: `-${x}px -${y}px` }}
      />
      {formatClock(timeMs)}
    </span>
  );
}
