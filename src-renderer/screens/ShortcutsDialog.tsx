import { Modal } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { KeyHint } from '../components/KeyHint.tsx';
import { SHORTCUTS } from '../state/shortcuts.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import styles from './Dialogs.module.css';

/** What the keyboard does. */
export function ShortcutsDialog() {
  const actions = useActions();
  const open = useUi((state) => state.dialog === 'shortcuts');
  return (
    <Modal opened={open} onClose={() => actions.openDialog(null)} title={texts.shortcuts.title} size={480}>
      {(['everywhere', 'player'] as const).map((where) => (
        <section key={where} className={styles.group}>
          <h3 className="dim">{texts.shortcuts.where[where]}</h3>
          <dl className={styles.keys}>
            {SHORTCUTS.filter((shortcut) => shortcut.where === where).map(({ keys, does }) => (
              <div key={does} className={styles.shortcut}>
                <dt>{does}</dt>
                <dd>
                  {keys.map((key) =>
                    key === 'then' ? <span key={key}>{texts.shortcuts.then}</span> : <KeyHint key={key}>{key}</KeyHint>,
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
