import { useState } from 'react';
import { ActionIcon, Button, Textarea, Tooltip } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import type { Note } from '../../src-main/contract/notes.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatClock } from '../state/format.ts';
import styles from './NoteList.module.css';

export interface NoteListProps {
  notes: readonly Note[];
  /** Where the player is now, for the button that adds one there. */
  onAdd: () => void;
  onSeek: (timeMs: number) => void;
  onSave: (note: Note, text: string) => void;
  onRemove: (note: Note) => void;
}

/** Marks of a session with what somebody wrote to them. */
export function NoteList({ notes, onAdd, ...rest }: NoteListProps) {
  return (
    <div className={styles.notes}>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconBookmark size={14} />}
        onClick={onAdd}
        className={styles.add}
      >
        {texts.review.notes.mark}
      </Button>
      {notes.length === 0 ? (
        <p className="dim">{texts.review.notes.none}</p>
      ) : (
        <ul className={styles.list}>
          {notes.map((note) => (
            <NoteRow key={note.id} note={note} {...rest} />
          ))}
        </ul>
      )}
    </div>
  );
}

function NoteRow({ note, onSeek, onSave, onRemove }: { note: Note } & Omit<NoteListProps, 'notes' | 'onAdd'>) {
  const [text, setText] = useState(note.text);
  const at = formatClock(note.t_ms);
  const save = (): void => {
    if (text.trim() !== note.text) onSave(note, text);
  };
  return (
    <li className={styles.note}>
      <button
        type="button"
        className={styles.time}
        aria-label={texts.review.playFrom(at)}
        onClick={() => onSeek(note.t_ms)}
      >
        {at}
      </button>
      <Textarea
        className={styles.text}
        aria-label={texts.review.notes.at(at)}
        placeholder={texts.review.notes.placeholder}
        variant="unstyled"
        autosize
        minRows={1}
        maxRows={6}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            save();
          }
        }}
      />
      <Tooltip label={texts.common.remove}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.review.notes.remove(at)}
          onClick={() => onRemove(note)}
        >
          <IconTrash size={14} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
