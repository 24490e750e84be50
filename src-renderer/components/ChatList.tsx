import { useSyncExternalStore } from 'react';
import type { ChatView } from '../../src-main/contract/chat.ts';
import { formatClock } from '../state/format.ts';
import type { PlayClock } from '../state/play-clock.ts';
import styles from './ChatList.module.css';

export interface ChatListProps {
  chat: ChatView;
  /** Where the player is: the message before it is marked. */
  clock: PlayClock;
  onSeek: (timeMs: number) => void;
}

/** What was written in the call; the time of each message leads to its place in the recording. */
export function ChatList({ chat: { messages, total }, clock, onSeek }: ChatListProps) {
  const current = useSyncExternalStore(clock.subscribe, () => messages.findLastIndex(({ t }) => t <= clock.timeMs));
  return (
    <div className={styles.chat}>
      <ul className={styles.list}>
        {messages.map(({ t, display_name: name, text, truncated }, i) => (
          // Nothing but its place tells one message from another.
          <li key={i} className={styles.message} aria-current={i === current && clock.timeMs > 0 ? 'time' : undefined}>
            <button
              type="button"
              className={styles.time}
              aria-label={`Play from ${formatClock(t)}`}
              onClick={() => onSeek(t)}
            >
              {formatClock(t)}
            </button>
            <div className={styles.said}>
              <span className={styles.name} dir="auto">
                {name || 'Somebody'}
              </span>
              <p className={styles.text} dir="auto">
                {text}
                {truncated && <span className="dim"> (it went on; only the beginning was kept)</span>}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {total > messages.length && (
        <p className="dim">
          The first {messages.length.toLocaleString('en')} of {total.toLocaleString('en')} messages. All of them are in
          chat.csv in the session’s folder.
        </p>
      )}
    </div>
  );
}
