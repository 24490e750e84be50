import { useEffect, useMemo, useRef, useState } from 'react';
import { ActionIcon } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { mediaUrl } from '../../src-main/contract/app-urls.ts';
import type { Lane, SessionLanes } from '../../src-main/contract/lanes.ts';
import { LaneRow } from '../components/LaneRow.tsx';
import { Panel } from '../components/Panel.tsx';
import { formatClock } from '../state/format.ts';
import { playerKey, type PlayerCommand } from '../state/player-keys.ts';
import { isHeard, SyncPlayer } from '../state/sync-player.ts';
import { STREAM_WORDS } from '../state/words.ts';
import player from '../components/Player.module.css';
import styles from './StreamsView.module.css';

/** A lane that has a file to play. */
type PlayableLane = Lane & { file: NonNullable<Lane['file']> };

const STEP_MS: Partial<Record<PlayerCommand, number>> = {
  back: -5_000,
  forward: 5_000,
  'jump-back': -10_000,
  'jump-forward': 10_000,
  'frame-back': -1000 / 30,
  'frame-forward': 1000 / 30,
};

const toggled = (set: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** All streams side by side on one clock, and below them a lane each. */
export function StreamsView({ sessionId, lanes }: { sessionId: string; lanes: SessionLanes }) {
  const { durationMs } = lanes;
  const sync = useMemo(() => new SyncPlayer(durationMs), [durationMs]);
  const { timeMs, playing, run, seek } = useSyncPlayer(sync);
  const [muted, setMuted] = useState<ReadonlySet<string>>(new Set());
  const [solo, setSolo] = useState<ReadonlySet<string>>(new Set());
  const playable = lanes.lanes.filter((lane): lane is PlayableLane => lane.file !== null);
  return (
    <div className={styles.view}>
      <div className={player.player}>
        <div className={styles.grid}>
          {playable.map((lane) => (
            <StreamTile
              key={lane.laneId}
              lane={lane}
              src={mediaUrl(sessionId, lane.file.path)}
              sync={sync}
              heard={isHeard(lane.laneId, muted, solo)}
              there={timeMs >= lane.file.startMs && timeMs <= lane.file.startMs + lane.file.durationMs}
            />
          ))}
        </div>
        <div className={player.controls}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={playing ? 'Pause' : 'Play'}
            onClick={() => run('toggle')}
          >
            {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
          </ActionIcon>
          <span className={player.time}>{formatClock(timeMs)}</span>
          <input
            type="range"
            className={player.scrub}
            aria-label="Position"
            aria-valuetext={formatClock(timeMs)}
            min={0}
            max={Math.max(1, durationMs)}
            step={10}
            value={timeMs}
            onChange={(event) => seek(Number(event.currentTarget.value))}
          />
          <span className={player.time}>{formatClock(durationMs)}</span>
        </div>
      </div>
      <div className={styles.lanes}>
        <Panel title="Lanes" aside="Rest on a mark to see why">
          <ul>
            {lanes.lanes.map((lane) => (
              <LaneRow
                key={lane.laneId}
                {...{ lane, durationMs, timeMs }}
                muted={muted.has(lane.laneId)}
                solo={solo.has(lane.laneId)}
                onMute={() => setMuted(toggled(muted, lane.laneId))}
                onSolo={() => setSolo(toggled(solo, lane.laneId))}
                onSeek={seek}
              />
            ))}
          </ul>
        </Panel>
      </div>
    </div>
  );
}

/** Runs the clock with the window's frames and listens for the player's keys. */
function useSyncPlayer(sync: SyncPlayer) {
  const [timeMs, setTimeMs] = useState(0);
  const [playing, setPlaying] = useState(false);
  const seek = (to: number): void => {
    sync.seek(to);
    setTimeMs(sync.timeMs);
  };
  const run = (command: PlayerCommand): void => {
    const step = STEP_MS[command];
    if (step !== undefined) seek(sync.timeMs + step);
    if (command !== 'toggle') return;
    if (sync.playing) sync.pause();
    else sync.play();
    setPlaying(sync.playing);
  };
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = playerKey(event);
      if (command === null) return;
      event.preventDefault();
      latest.current(command);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      sync.pause();
    };
  }, [sync]);
  useEffect(() => {
    if (!playing) return undefined;
    let request = requestAnimationFrame(function tick() {
      sync.tick();
      setTimeMs(sync.timeMs);
      if (sync.playing) request = requestAnimationFrame(tick);
      else setPlaying(false);
    });
    return () => cancelAnimationFrame(request);
  }, [playing, sync]);
  return { timeMs, playing, run, seek };
}

interface StreamTileProps {
  lane: PlayableLane;
  src: string;
  sync: SyncPlayer;
  heard: boolean;
  /** Whether its file has something to show now. */
  there: boolean;
}

function StreamTile({ lane, src, sync, heard, there }: StreamTileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const { startMs, durationMs } = lane.file;
  useEffect(() => {
    const media = video.current;
    if (media === null) return undefined;
    sync.add(lane.laneId, { media, startMs, durationMs });
    return () => sync.remove(lane.laneId);
  }, [sync, lane.laneId, startMs, durationMs]);
  const what = lane.type === null ? '' : STREAM_WORDS[lane.type];
  return (
    <div className={styles.tile} data-there={there}>
      <video ref={video} src={src} preload="auto" muted={!heard} aria-label={`${lane.name}, ${what}`} />
      <span className={`${styles.label} clip`}>
        {lane.name}
        {lane.type === 'screen' ? ' · screen' : ''}
      </span>
    </div>
  );
}
