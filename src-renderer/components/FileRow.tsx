import { useState } from 'react';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconFolderOpen,
  IconLink,
  IconRefresh,
  IconLayoutGrid,
  IconMessages,
  IconScreenShare,
  IconUser,
} from '@tabler/icons-react';
import type { FileProgress } from '../../src-main/contract/progress.ts';
import type { SessionOutput, SessionUpload, StreamType } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatBytes, formatDateTime, formatLength, formatPace, formatPercent } from '../state/format.ts';
import { MISSING_WORD, OUTPUT_WORDS, UPLOAD_WORDS, type StateWord } from '../state/words.ts';
import { StateBadge } from './StateBadge.tsx';
import styles from './FileRow.module.css';

export interface FileRowProps {
  title: string;
  note: string;
  type: StreamType | null;
  output: SessionOutput;
  upload: SessionUpload | null;
  missing: boolean;
  /** How far it is, while it is made or uploaded. */
  progress: FileProgress | null;
  selected: boolean;
  /** The session is being worked on: nothing can be retried now. */
  working: boolean;
  onPlay: () => void;
  onShow: () => void;
  onRetry: () => void;
  onCopyLink: () => void;
}

/** A file of a recording: plays it, shows where it is and whether it has arrived. */
export function FileRow(props: FileRowProps) {
  const { title, note, type, output, upload, missing, progress, selected } = props;
  const pace = formatPace(progress?.bytesPerS, progress?.etaS);
  const [open, setOpen] = useState(false);
  const there = output.state === 'done' && !missing;
  const playable = there && output.kind !== 'chat';
  const Icon =
    output.kind === 'chat'
      ? IconMessages
      : output.kind === 'composite'
        ? IconLayoutGrid
        : type === 'screen'
          ? IconScreenShare
          : IconUser;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <li className={styles.item} data-selected={selected}>
      <div className={styles.row}>
        <button
          type="button"
          className={styles.main}
          aria-pressed={selected}
          disabled={!playable}
          onClick={props.onPlay}
        >
          <Icon size={18} stroke={1.6} aria-hidden className={styles.icon} />
          <span className={styles.words}>
            <span className={`${styles.title} clip`}>{title}</span>
            <span className={`${styles.note} clip`}>{note}</span>
          </span>
        </button>
        {there && (
          <Tooltip label={texts.common.showInFolder}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={texts.review.file.showInFolder(title)}
              onClick={props.onShow}
            >
              <IconFolderOpen size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-expanded={open}
          aria-label={texts.review.file.details(title)}
          onClick={() => setOpen(!open)}
        >
          <Chevron size={16} />
        </ActionIcon>
      </div>
      <div className={styles.state}>
        <StateBadge
          state={fileState(output, upload, missing)}
          detail={progress === null ? undefined : formatPercent(progress.fraction)}
        />
        {output.state === 'done' && (
          <span className={styles.size}>
            {pace ?? (
              <>
                {output.kind !== 'chat' && `${formatLength(output.duration_ms)} · `}
                {formatBytes(output.size_bytes)}
              </>
            )}
          </span>
        )}
      </div>
      {open && <FileDetails {...props} />}
    </li>
  );
}

/** The one state that matters: the file's until it is there, then its upload's. */
function fileState(output: SessionOutput, upload: SessionUpload | null, missing: boolean): StateWord {
  if (output.state !== 'done') return OUTPUT_WORDS[output.state];
  if (missing) return MISSING_WORD;
  return upload === null
    ? { tone: 'plain', icon: 'device', word: texts.states.session.local }
    : UPLOAD_WORDS[upload.state];
}

function FileDetails({ title, output, upload, working, onRetry, onCopyLink }: FileRowProps) {
  const receipt = upload?.receipt ?? null;
  const picture =
    output.width === null || output.height === null
      ? texts.review.file.noPicture
      : `${output.width} × ${output.height}`;
  const lines: [string, string][] = [
    [texts.review.file.facts.file, output.file],
    [texts.review.file.facts.picture, picture],
    ...(upload === null
      ? []
      : ([[texts.review.file.facts.attempts, String(upload.attempts)]] satisfies [string, string][])),
    ...(receipt === null
      ? []
      : ([
          [texts.review.file.facts.object, receipt.path],
          [texts.review.file.facts.store, receipt.endpoint ?? texts.destinations.aws('')],
          [texts.review.file.facts.etag, receipt.etag],
          [texts.review.file.facts.sha256, receipt.sha256],
          [
            texts.review.file.facts.verified,
            `${formatDateTime(receipt.verified_at)}, ${formatBytes(receipt.size_bytes)}`,
          ],
        ] satisfies [string, string][])),
  ];
  const error = output.error ?? upload?.error ?? null;
  return (
    <div className={styles.details}>
      {error !== null && (
        <p className="selectable">
          {error.message} {error.remedy}
        </p>
      )}
      <dl className={styles.list}>
        {lines.map(([term, value]) => (
          <div key={term} className={styles.line}>
            <dt>{term}</dt>
            <dd className="mono selectable">{value}</dd>
          </div>
        ))}
      </dl>
      {upload !== null && (
        <div className={styles.actions}>
          {receipt !== null && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconLink size={14} />}
              aria-label={texts.review.file.copyLinkTo(title)}
              onClick={onCopyLink}
            >
              {texts.review.file.copyLink}
            </Button>
          )}
          {upload.state !== 'delivered' && upload.state !== 'uploading' && output.state === 'done' && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconRefresh size={14} />}
              loading={working}
              aria-label={texts.review.file.retry(title)}
              onClick={onRetry}
            >
              {texts.common.retry}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
