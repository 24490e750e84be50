import { useEffect, useMemo, useRef, useState } from 'react';
import { mediaUrl } from '../../src-main/contract/app-urls.ts';
import type { Lane, SessionLanes } from '../../src-main/contract/lanes.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { PlayerControls } from '../components/PlayerControls.tsx';
import type { PlayClock } from '../state/play-clock.ts';
import type { PlayerCommand } from '../state/player-keys.ts';
import { SyncPlayer } from '../state/sync-player.ts';
import { usePlayerKeys } from '../state/use-player-keys.ts';
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

export interface StreamsViewProps {
  sessionId: string;
  lanes: SessionLanes;
  clock: PlayClock;
  isHeard: (laneId: string) => boolean;
}

/** All streams side by side on one clock. */
export function StreamsView({ sessionId, lanes, clock, isHeard }: StreamsViewProps) {
  const { durationMs } = lanes;
  const sync = useMemo(() => new SyncPlayer(durationMs), [durationMs]);
  const { timeMs, playing, run } = useSyncPlayer(sync, clock);
  const [rate, setRate] = useState(1);
  const playable = lanes.lanes.filter((lane): lane is PlayableLane => lane.file !== null);
  const columns = Math.ceil(Math.sqrt(playable.length));
  return (
    <div className={player.player}>
      <div className={styles.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {playable.map((lane) => (
          <StreamTile
            key={lane.laneId}
            lane={lane}
            src={mediaUrl(sessionId, lane.file.path)}
            sync={sync}
            heard={isHeard(lane.laneId)}
            there={timeMs >= lane.file.startMs && timeMs <= lane.file.startMs + lane.file.durationMs}
          />
        ))}
      </div>
      <PlayerControls
        {...{ playing, timeMs, durationMs, rate }}
        onToggle={() => run('toggle')}
        onSeek={(to) => clock.seek(to)}
        onRate={(next) => {
          sync.setRate(next);
          setRate(next);
        }}
      />
    </div>
  );
}

/** Runs the clock with the window's frames and listens for the player's keys. */
function useSyncPlayer(sync: SyncPlayer, clock: PlayClock) {
  const [timeMs, setTimeMs] = useState(clock.timeMs);
  const [playing, setPlaying] = useState(false);
  const run = (command: PlayerCommand): void => {
    const step = STEP_MS[command];
    if (step !== undefined) clock.seek(sync.timeMs + step);
    if (command !== 'toggle') return;
    if (sync.playing) sync.pause();
    else sync.play();
    setPlaying(sync.playing);
  };
  usePlayerKeys((command) => {
    run(command);
    return command === 'toggle' || STEP_MS[command] !== undefined;
  });
  useEffect(() => {
    const unbind = clock.bind((to) => {
      sync.seek(to);
      setTimeMs(sync.timeMs);
    });
    return () => {
      unbind();
      sync.pause();
    };
  }, [sync, clock]);
  useEffect(() => {
    if (!playing) return undefined;
    let request = requestAnimationFrame(function tick() {
      sync.tick();
      setTimeMs(sync.timeMs);
      clock.tell(sync.timeMs);
      if (sync.playing) request = requestAnimationFrame(tick);
      else setPlaying(false);
    });
    return () => cancelAnimationFrame(request);
  }, [playing, sync, clock]);
  return { timeMs, playing, run };
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
      <video ref={video} src={src} preload="auto" muted={!heard} aria-label={texts.outputs.of(lane.name, what)} />
      <span className={`${styles.label} clip`}>
        {lane.type === 'screen' ? texts.outputs.screenOf(lane.name) : lane.name}
      </span>
    </div>
  );
}
