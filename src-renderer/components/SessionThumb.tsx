import { useState } from 'react';
import { IconMovie } from '@tabler/icons-react';
import { posterUrl } from '../../src-main/contract/app-urls.ts';
import type { SessionSummary } from '../../src-main/contract/ipc.ts';
import styles from './SessionThumb.module.css';

/** The picture that stands for a recording; where there is none, a plain field of the same size. */
export function SessionThumb({ summary: { sessionId, files } }: { summary: SessionSummary }) {
  const [there, setThere] = useState(true);
  return (
    <span className={styles.thumb} aria-hidden>
      {files.done > 0 && there ? (
        <img
          src={posterUrl(sessionId, 'composite')}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setThere(false)}
        />
      ) : (
        <IconMovie size={16} stroke={1.5} />
      )}
    </span>
  );
}
