import type { LivePeer, LiveTrack } from '../../src-main/contract/live.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { StreamType } from '../../src-main/contract/session.ts';
import { formatBytes, formatLoss, formatRate, formatSkew } from '../state/format.ts';
import { trackNoun } from '../state/live-facts.ts';
import styles from './PeerHealth.module.css';

const words = texts.health;

export interface PeerHealthProps {
  peer: LivePeer;
  /** Milliseconds since the first media: what the age of a key frame is counted to. */
  elapsedMs: number;
}

/** Everything that is known of what arrives from somebody: a column per track. */
export function PeerHealth({ peer, elapsedMs }: PeerHealthProps) {
  const tracks = peer.streams.flatMap(({ type, tracks: of }) => of.map((track) => ({ track, type })));
  return (
    <div className={styles.health}>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            {tracks.map(({ track, type }) => (
              <th key={track.trackId} scope="col">
                {trackNoun(track, type)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {tracks.map(({ track, type }) => (
                <td key={track.trackId}>{value(track, { peer, elapsedMs, type }) ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Around {
  peer: LivePeer;
  elapsedMs: number;
  type: StreamType;
}

const isSent = (track: LiveTrack): boolean => !track.paused;

const ROWS: readonly { label: string; value: (track: LiveTrack, around: Around) => string | null }[] = [
  { label: words.codec, value: ({ codec }) => codec.replace(/^(audio|video)\//i, '') },
  {
    label: words.picture,
    value: ({ width, height }) => (width === null || height === null ? null : `${width}×${height}`),
  },
  {
    label: words.frameRate,
    value: (track) => (track.fps === null || !isSent(track) ? null : texts.tracks.fps(Math.round(track.fps))),
  },
  { label: words.rate, value: (track) => (isSent(track) ? formatRate(track.bitrateBps) : null) },
  { label: words.loss, value: ({ frames = 0, lostFrames }) => formatLoss(lostFrames, frames + lostFrames) },
  {
    label: words.keyFrame,
    value: ({ kind, lastKeyFrameMs }, { elapsedMs }) =>
      kind === 'audio' || lastKeyFrameMs == null
        ? null
        : words.ago(Math.max(0, Math.round((elapsedMs - lastKeyFrameMs) / 1000))),
  },
  {
    label: words.skew,
    value: ({ kind }, { peer, type }) =>
      kind === 'video' && type === 'regular' && peer.avSkewMs != null ? formatSkew(peer.avSkewMs) : null,
  },
  { label: words.onDisk, value: ({ bytes }) => formatBytes(bytes) },
];
