import { useState } from 'react';
import { ActionIcon } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconMicrophone,
  IconMicrophoneOff,
  IconScreenShare,
  IconVideo,
  IconVideoOff,
  IconVolume,
  type TablerIcon,
} from '@tabler/icons-react';
import type { LivePeer, LiveTrack } from '../../src-main/contract/live.ts';
import type { StreamType } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatBytes, formatRate, formatSkew } from '../state/format.ts';
import { peerLevel, trackHealth, trackNoun, videoTrack } from '../state/live-facts.ts';
import { Avatar } from './Avatar.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import { LivePicture, type LivePictureProps } from './LivePicture.tsx';
import { PeerHealth } from './PeerHealth.tsx';
import styles from './PeerCard.module.css';

export interface PeerCardProps {
  peer: LivePeer;
  /** Many are there: the picture is small. */
  small?: boolean;
  /** Milliseconds since the first media. */
  elapsedMs: number;
  see: LivePictureProps['see'];
}

/** Somebody in the call: how they look, who, how loud, and what arrives of each of their tracks. */
export function PeerCard({ peer, small = false, elapsedMs, see }: PeerCardProps) {
  const [open, setOpen] = useState(false);
  const name = peer.displayName || peer.peerId;
  const level = peerLevel(peer);
  const camera = peer.present ? videoTrack(peer, 'regular') : null;
  return (
    <li
      className={styles.card}
      data-present={peer.present}
      data-speaking={peer.present && level !== null && level > 0.05}
    >
      <div className={styles.head}>
        {peer.present ? (
          <div className={styles.picture} data-small={small}>
            <LivePicture trackId={camera?.trackId ?? null} label={texts.live.cameraOf(name)} see={see}>
              <Avatar name={name} seed={peer.peerId} size={small ? 32 : 48} />
            </LivePicture>
          </div>
        ) : (
          <Avatar name={name} seed={peer.peerId} />
        )}
        <div className={styles.who}>
          <span className={`${styles.name} clip`} title={name}>
            {name}
          </span>
          {peer.present ? (
            <LevelMeter level={level} label={texts.live.loudnessOf(name)} />
          ) : (
            <span className="dim">{texts.live.hasLeft}</span>
          )}
        </div>
        {peer.streams.length > 0 && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={open}
            aria-label={texts.health.details(name)}
            onClick={() => setOpen(!open)}
          >
            {open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          </ActionIcon>
        )}
      </div>
      {peer.streams.length === 0 ? (
        <p className={styles.nothing}>{texts.live.sendsNothing}</p>
      ) : (
        <ul className={styles.tracks}>
          {peer.streams.flatMap((stream) =>
            stream.tracks.map((track) => (
              <TrackLine key={track.trackId} track={track} type={stream.type} skewMs={peer.avSkewMs ?? null} />
            )),
          )}
        </ul>
      )}
      {open && peer.streams.length > 0 && <PeerHealth peer={peer} elapsedMs={elapsedMs} />}
    </li>
  );
}

function TrackLine({ track, type, skewMs }: { track: LiveTrack; type: StreamType; skewMs: number | null }) {
  const Icon = trackIcon(track, type);
  const health = trackHealth(track);
  return (
    <li className={styles.track} data-paused={track.paused}>
      <Icon size={14} aria-hidden className={styles.icon} />
      <span className={`${styles.what} clip`}>{trackWords(track, type, skewMs)}</span>
      <span className={styles.bytes}>{formatBytes(track.bytes)}</span>
      <span className={styles.health} data-tone={health.tone}>
        {health.tone === 'warn' && <IconAlertTriangle size={12} aria-hidden />}
        {health.word}
      </span>
    </li>
  );
}

function trackIcon(track: LiveTrack, type: StreamType): TablerIcon {
  if (type === 'screen') return track.kind === 'video' ? IconScreenShare : IconVolume;
  if (track.kind === 'audio') return track.paused ? IconMicrophoneOff : IconMicrophone;
  return track.paused ? IconVideoOff : IconVideo;
}

function trackWords(track: LiveTrack, type: StreamType, skewMs: number | null): string {
  const noun = trackNoun(track, type);
  if (track.paused) return noun;
  const size = track.width === null || track.height === null ? null : `${track.width}×${track.height}`;
  const fps = track.fps === null ? null : texts.tracks.fps(Math.round(track.fps));
  const skew = type === 'regular' && track.kind === 'video' && skewMs !== null ? formatSkew(skewMs) : null;
  return [noun, size, fps, formatRate(track.bitrateBps), skew].filter((part) => part !== null).join(' · ');
}
