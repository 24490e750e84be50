import { NumberInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { UploadsView } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { Panel } from '../components/Panel.tsx';
import { SettingRow } from '../components/SettingRow.tsx';
import { SwitchRow } from '../components/SwitchRow.tsx';
import { useActions } from '../state/ui-context.ts';

/** How uploads share the connection with calls and people. */
export function UploadSettings({ uploads }: { uploads: UploadsView }) {
  const { setUploads } = useActions();
  return (
    <Panel title={texts.settings.uploads.title}>
      <SwitchRow
        title={texts.settings.uploads.pause}
        note={texts.settings.uploads.pauseNote}
        on={uploads.paused}
        onChange={(paused) => void setUploads({ paused })}
      />
      <SwitchRow
        title={texts.settings.uploads.hold}
        note={texts.settings.uploads.holdNote}
        on={uploads.holdDuringCalls}
        onChange={(hold_during_calls) => void setUploads({ hold_during_calls })}
      />
      <SwitchRow
        title={texts.settings.uploads.idle}
        note={texts.settings.uploads.idleNote}
        on={uploads.onlyWhenIdle}
        onChange={(only_when_idle) => void setUploads({ only_when_idle })}
      />
      <SwitchRow
        title={texts.settings.uploads.metered}
        note={texts.settings.uploads.meteredNote}
        on={uploads.onlyUnmetered}
        onChange={(only_unmetered) => void setUploads({ only_unmetered })}
      />
      <SettingRow
        title={texts.settings.uploads.limit}
        note={texts.settings.uploads.limitNote}
        action={<Limit value={uploads.maxKilobytesPerSecond} />}
      />
    </Panel>
  );
}

/** Kept when it is left, or with Enter. */
function Limit({ value }: { value: number | null }) {
  const { setUploads } = useActions();
  const [typed, setTyped] = useState<number | string>(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  const keep = (): void => {
    const next = typeof typed === 'number' && typed > 0 ? typed : null;
    if (next === value) setTyped(value ?? '');
    else void setUploads({ max_kilobytes_per_second: next });
  };
  return (
    <NumberInput
      aria-label={texts.settings.uploads.limitLabel}
      placeholder={texts.settings.uploads.noLimit}
      suffix={texts.settings.uploads.limitUnit}
      hideControls
      w={140}
      min={1}
      max={10_000_000}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=" "
      value={typed}
      onChange={setTyped}
      onBlur={keep}
      onKeyDown={(event) => event.key === 'Enter' && keep()}
    />
  );
}
