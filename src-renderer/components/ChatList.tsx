import { useSyncExternalStore } from 'react';
import type { ChatView } from '../../src-main/contract/chat.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
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
              aria-label={texts.review.playFrom(formatClock(t))}
              onClick={() => onSeek(t)}
            >
              {formatClock(t)}
            </button>
            <div className={styles.said}>
              <span className={styles.name} dir="auto">
                {name || texts.outputs.somebody}
              </span>
              <p className={styles.text} dir="auto">
                {text}
                {truncated && <span className="dim"> {texts.review.chat.cut}</span>}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {total > messages.length && <p className="dim">{texts.review.chat.shortened(messages.length, total)}</p>}
    </div>
  );
}
