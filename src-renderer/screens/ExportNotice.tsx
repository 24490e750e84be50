import { Button, CloseButton } from '@mantine/core';
import { IconCircleCheck, IconFileExport } from '@tabler/icons-react';
import type { ExportView } from '../../src-main/contract/export.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { formatPercent } from '../state/format.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { Problem } from './Problem.tsx';
import styles from './ExportNotice.module.css';

/** The export under way, or what became of the last one. */
export function ExportNotice() {
  const view = useUi((state) => state.exported);
  if (view === null || view.state === 'stopped') return null;
  return view.state === 'failed' && view.error !== null ? (
    <Problem error={view.error} action={<PutAway />} />
  ) : (
    <Progress view={view} />
  );
}

function PutAway() {
  const actions = useActions();
  return <CloseButton aria-label={texts.exports.dismiss} onClick={() => void actions.dismissExport()} />;
}

function Progress({ view }: { view: ExportView }) {
  const actions = useActions();
  const working = view.state === 'working';
  return (
    <div className={styles.notice} role="status">
      {working ? <IconFileExport size={16} aria-hidden /> : <IconCircleCheck size={16} aria-hidden />}
      <span className="clip">
        {working ? texts.exports.exporting(view.name, formatPercent(view.progress)) : texts.exports.exported(view.name)}
      </span>
      {working ? (
        <>
          <progress
            className={styles.bar}
            aria-label={texts.exports.progressOf(view.name)}
            value={view.progress}
            max={1}
          />
          <Button variant="default" size="compact-sm" onClick={() => void actions.cancelExport()}>
            {texts.common.stop}
          </Button>
        </>
      ) : (
        <>
          <Button variant="default" size="compact-sm" onClick={() => void actions.showExport()}>
            {texts.common.showInFolder}
          </Button>
          <PutAway />
        </>
      )}
    </div>
  );
}
