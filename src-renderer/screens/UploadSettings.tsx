import { NumberInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { UploadsView } from '../../src-main/contract/ipc.ts';
import { Panel } from '../components/Panel.tsx';
import { SettingRow } from '../components/SettingRow.tsx';
import { SwitchRow } from '../components/SwitchRow.tsx';
import { useActions } from '../state/ui-context.ts';

/** How uploads share the connection with calls and people. */
export function UploadSettings({ uploads }: { uploads: UploadsView }) {
  const { setUploads } = useActions();
  return (
    <Panel title="Uploads">
      <SwitchRow
        title="Pause all uploads"
        note="Until you take it back, also after a restart. Nothing that has arrived is sent again."
        on={uploads.paused}
        onChange={(paused) => void setUploads({ paused })}
      />
      <SwitchRow
        title="Wait while a call is recorded"
        note="The connection is the call’s; uploads go on when it is over."
        on={uploads.holdDuringCalls}
        onChange={(hold_during_calls) => void setUploads({ hold_during_calls })}
      />
      <SwitchRow
        title="Wait while somebody uses this computer"
        note="Uploads go on once nobody has touched keyboard or mouse for two minutes."
        on={uploads.onlyWhenIdle}
        onChange={(only_when_idle) => void setUploads({ only_when_idle })}
      />
      <SettingRow
        title="Limit"
        note="All uploads of the app together, in kilobytes a second. Empty: as fast as the connection is."
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
      aria-label="Upload limit, kilobytes a second"
      placeholder="No limit"
      suffix=" kB/s"
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
