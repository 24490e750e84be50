import { Button } from '@mantine/core';
import type { AppSnapshot } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { UpdatesView } from '../../src-main/contract/updates.ts';
import { SettingRow } from '../components/SettingRow.tsx';
import { formatDateTime, formatPercent } from '../state/format.ts';
import { useActions } from '../state/ui-context.ts';
import { Problem } from './Problem.tsx';
import styles from './SettingsScreen.module.css';

const words = texts.updates;

/** Updates of the app itself: where they are, and what can be done about it. */
export function UpdatesRow({ snapshot }: { snapshot: AppSnapshot }) {
  const actions = useActions();
  const { updates } = snapshot;
  const off = snapshot.settings.updatesUrl === null;
  return (
    <>
      <SettingRow
        title={words.title}
        note={noteOf(updates)}
        action={
          <>
            {updates.state === 'ready' && <Button onClick={() => void actions.installUpdate()}>{words.restart}</Button>}
            {(updates.state === 'current' || updates.state === 'failed' || updates.state === 'checking') && (
              <Button
                variant="default"
                loading={updates.state === 'checking'}
                onClick={() => void actions.checkUpdates()}
              >
                {words.check}
              </Button>
            )}
            <Button
              variant="default"
              aria-label={off ? words.setLabel : words.changeLabel}
              onClick={() => void actions.editUpdates()}
            >
              {off ? words.set : words.change}
            </Button>
          </>
        }
      />
      {updates.state === 'failed' && (
        <div className={styles.inset}>
          <Problem error={updates.error} />
        </div>
      )}
    </>
  );
}

function noteOf(updates: UpdatesView): string {
  switch (updates.state) {
    case 'off':
      return words.off;
    case 'unsupported':
      return words.unsupported;
    case 'current':
      return updates.checkedAt === null ? words.notChecked : words.current(formatDateTime(updates.checkedAt));
    case 'checking':
      return words.checking;
    case 'found':
      return words.found(updates.version);
    case 'downloading':
      return words.downloading(updates.version, formatPercent(updates.fraction));
    case 'ready':
      return words.ready(updates.version);
    case 'failed':
      return words.notThere;
  }
}
