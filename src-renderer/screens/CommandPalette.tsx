import { useState, type KeyboardEvent } from 'react';
import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import { paletteItems, type PaletteItem } from '../state/palette.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** Everything by name: `Ctrl+K`. */
export function CommandPalette() {
  const actions = useActions();
  const open = useUi((state) => state.dialog === 'palette');
  return (
    <Modal.Root opened={open} onClose={() => actions.openDialog(null)} size={560} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={texts.palette.title}>
        <Modal.Body pt="md">
          <Palette />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette() {
  const actions = useActions();
  const state = useUi((whole) => whole);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const items = paletteItems(state, actions, query);
  const selected = Math.min(at, items.length - 1);
  const run = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    actions.openDialog(null);
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt((selected + 1) % Math.max(1, items.length));
    else if (event.key === 'ArrowUp') setAt((selected - 1 + items.length) % Math.max(1, items.length));
    else if (event.key === 'Enter') run(items[selected]);
    else return;
    event.preventDefault();
  };
  return (
    <div onKeyDown={onKeyDown}>
      <TextInput
        data-autofocus
        size="md"
        role="combobox"
        aria-expanded
        aria-label={texts.palette.search}
        aria-controls="palette-results"
        aria-activedescendant={items[selected] === undefined ? undefined : `palette-${selected}`}
        placeholder={texts.palette.search}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
      />
      <ul id="palette-results" className={styles.results} role="listbox" aria-label={texts.palette.matches}>
        {items.map((item, index) => (
          <li
            key={item.key}
            id={`palette-${index}`}
            ref={index === selected ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            role="option"
            aria-selected={index === selected}
            className={styles.result}
            onPointerMove={() => setAt(index)}
            onClick={() => run(item)}
          >
            <span className="clip">{item.label}</span>
            <span className={`${styles.note} clip`}>{item.note}</span>
          </li>
        ))}
        {items.length === 0 && <li className={styles.result}>{texts.palette.nothingMatches(query)}</li>}
      </ul>
    </div>
  );
}
