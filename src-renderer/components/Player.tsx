import { useEffect, useRef, useState } from 'react';
import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconMaximize,
  IconPictureInPicture,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { formatClock } from '../state/format.ts';
import { playerKey, type PlayerCommand } from '../state/player-keys.ts';
import styles from './Player.module.css';

export interface PlayerProps {
  src: string;
  /** What plays, for people who do not see it. */
  label: string;
  /** Of the file, in milliseconds: shown before the file has been opened. */
  durationMs: number;
}

const RATES = [0.5, 1, 1.25, 1.5, 2] as const;

/** A video with the keys of an editing desk: Space, J K L, arrows, frame by frame. */
export function Player({ src, label, durationMs }: PlayerProps) {
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [time, setTime] = useState(0);
  const [duration, setDuration] = useState(durationMs / 1000);
  const [muted, setMuted] = useState(false);
  const [rate, setRate] = useState<number>(1);
  const [failed, setFailed] = useState(false);

  const run = (command: PlayerCommand): void => runCommand(command, video.current, frame.current);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = playerKey(event);
      if (command === null) return;
      event.preventDefault();
      runCommand(command, video.current, frame.current);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);

  // `timeupdate` comes four times a second: too coarse for a bar that is watched while it plays.
  useEffect(() => {
    if (!playing) return undefined;
    let request = requestAnimationFrame(function tick() {
      setTime(video.current?.currentTime ?? 0);
      request = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(request);
  }, [playing]);

  const nextRate = (): void => {
    const next = RATES[(RATES.findIndex((each) => each === rate) + 1) % RATES.length] ?? 1;
    if (video.current !== null) video.current.playbackRate = next;
    setRate(next);
  };

  return (
    <div ref={frame} className={styles.player}>
      <div className={styles.stage}>
        <video
          ref={video}
          src={src}
          aria-label={label}
          preload="metadata"
          muted={muted}
          className={styles.video}
          onClick={() => run('toggle')}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onTimeUpdate={(event) => setTime(event.currentTarget.currentTime)}
          onDurationChange={(event) => setDuration(event.currentTarget.duration)}
          onLoadedMetadata={() => setFailed(false)}
          onError={() => setFailed(true)}
        />
        {failed && (
          <p className={styles.failed} role="alert">
            This file cannot be played: it is gone or damaged. Open its folder to look at it.
          </p>
        )}
      </div>
      <div className={styles.controls}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={playing ? 'Pause' : 'Play'}
          onClick={() => run('toggle')}
        >
          {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
        </ActionIcon>
        <span className={styles.time}>{formatClock(time * 1000)}</span>
        <input
          type="range"
          className={styles.scrub}
          aria-label="Position"
          aria-valuetext={formatClock(time * 1000)}
          min={0}
          max={Number.isFinite(duration) && duration > 0 ? duration : 1}
          step={0.01}
          value={time}
          onChange={(event) => {
            const to = Number(event.currentTarget.value);
            setTime(to);
            if (video.current !== null) video.current.currentTime = to;
          }}
        />
        <span className={styles.time}>{formatClock(duration * 1000)}</span>
        <Tooltip label="Speed">
          <button type="button" className={styles.rate} aria-label={`Speed ${rate} times`} onClick={nextRate}>
            {rate}×
          </button>
        </Tooltip>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={muted ? 'Sound on' : 'Sound off'}
          onClick={() => setMuted(!muted)}
        >
          {muted ? <IconVolumeOff size={18} /> : <IconVolume size={18} />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Picture in picture"
          onClick={() => run('picture-in-picture')}
        >
          <IconPictureInPicture size={18} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label="Full screen" onClick={() => run('full-screen')}>
          <IconMaximize size={18} />
        </ActionIcon>
      </div>
    </div>
  );
}

/** 30 fps: what composites and streams are made with. */
const FRAME_S = 1 / 30;

function runCommand(command: PlayerCommand, video: HTMLVideoElement | null, frame: HTMLElement | null): void {
  if (video === null) return;
  const seek = (seconds: number): void => {
    video.currentTime = Math.min(Math.max(0, video.currentTime + seconds), video.duration || 0);
  };
  // A refusal (the file is gone, the window is hidden) shows in the picture's own state.
  const ignore = (): undefined => undefined;
  switch (command) {
    case 'toggle':
      if (video.paused) void video.play().catch(ignore);
      else video.pause();
      return;
    case 'back':
      return seek(-5);
    case 'forward':
      return seek(5);
    case 'jump-back':
      return seek(-10);
    case 'jump-forward':
      return seek(10);
    case 'frame-back':
      video.pause();
      return seek(-FRAME_S);
    case 'frame-forward':
      video.pause();
      return seek(FRAME_S);
    case 'picture-in-picture':
      if (document.pictureInPictureElement === null) void video.requestPictureInPicture().catch(ignore);
      else void document.exitPictureInPicture().catch(ignore);
      return;
    case 'full-screen':
      if (document.fullscreenElement === null) void frame?.requestFullscreen().catch(ignore);
      else void document.exitFullscreen().catch(ignore);
      return;
  }
}
