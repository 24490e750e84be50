import { useEffect, useRef, useState, type RefObject } from 'react';
import { ActionIcon } from '@mantine/core';
import { IconMaximize, IconPictureInPicture, IconVolume, IconVolumeOff } from '@tabler/icons-react';
import type { Sprites } from '../../src-main/contract/previews.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { PlayClock } from '../state/play-clock.ts';
import type { PlayerCommand } from '../state/player-keys.ts';
import { usePlayerKeys } from '../state/use-player-keys.ts';
import { PlayerControls } from './PlayerControls.tsx';
import styles from './Player.module.css';

export interface PlayerProps {
  src: string;
  /** What plays, for people who do not see it. */
  label: string;
  /** Of the file, in milliseconds: shown before the file has been opened. */
  durationMs: number;
  /** Where the file's time 0 lies on the clock. */
  startMs: number;
  clock: PlayClock;
  /** Pictures for scrubbing, once they are there. */
  sprites: Sprites | null;
}

/** A video with the keys of an editing desk: Space, J K L, arrows, frame by frame. */
export function Player({ src, label, durationMs, startMs, clock, sprites }: PlayerProps) {
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [muted, setMuted] = useState(false);
  const [rate, setRate] = useState(1);
  const [failed, setFailed] = useState(false);
  const [length, setLength] = useState(durationMs);
  const { timeMs, playing, events } = useVideoClock(video, clock, startMs);
  const run = (command: PlayerCommand): void => runCommand(command, video.current, frame.current);
  usePlayerKeys((command) => {
    run(command);
    return command !== 'mark';
  });
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
          {...events}
          onDurationChange={(event) => {
            const { duration } = event.currentTarget;
            if (Number.isFinite(duration)) setLength(duration * 1000);
          }}
          onLoadedMetadata={() => setFailed(false)}
          onError={() => setFailed(true)}
        />
        {failed && (
          <p className={styles.failed} role="alert">
            {texts.player.cannotPlay}
          </p>
        )}
      </div>
      <PlayerControls
        {...{ playing, timeMs, rate, sprites }}
        durationMs={length}
        onToggle={() => run('toggle')}
        onSeek={(to) => clock.seek(startMs + to)}
        onRate={(next) => {
          if (video.current !== null) video.current.playbackRate = next;
          setRate(next);
        }}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={muted ? texts.player.soundOn : texts.player.soundOff}
          onClick={() => setMuted(!muted)}
        >
          {muted ? <IconVolumeOff size={18} /> : <IconVolume size={18} />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.player.pictureInPicture}
          onClick={() => run('picture-in-picture')}
        >
          <IconPictureInPicture size={18} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.player.fullScreen}
          onClick={() => run('full-screen')}
        >
          <IconMaximize size={18} />
        </ActionIcon>
      </PlayerControls>
    </div>
  );
}

/** Tells the clock where a video is, and brings the video to where the clock is set. */
function useVideoClock(video: RefObject<HTMLVideoElement | null>, clock: PlayClock, startMs: number) {
  const [timeMs, setTimeMs] = useState(0);
  const [playing, setPlaying] = useState(false);
  const told = (): void => {
    const at = (video.current?.currentTime ?? 0) * 1000;
    setTimeMs(at);
    clock.tell(startMs + at);
  };
  useEffect(
    () =>
      clock.bind((to) => {
        const at = Math.max(0, to - startMs);
        setTimeMs(at);
        if (video.current !== null) video.current.currentTime = at / 1000;
      }),
    [video, clock, startMs],
  );
  // `timeupdate` comes four times a second: too coarse for a bar that is watched while it plays.
  useEffect(() => {
    if (!playing) return undefined;
    let request = requestAnimationFrame(function tick() {
      const at = (video.current?.currentTime ?? 0) * 1000;
      setTimeMs(at);
      clock.tell(startMs + at);
      request = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(request);
  }, [playing, video, clock, startMs]);
  const events = { onPlay: () => setPlaying(true), onPause: () => setPlaying(false), onTimeUpdate: told };
  return { timeMs, playing, events };
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
    case 'mark':
      return; // The screen's, not the player's.
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
