import { Switch } from '@mantine/core';
import { SettingRow } from './SettingRow.tsx';

/** A setting that is on or off; its title is the switch's name to assistive technology too. */
export function SwitchRow(props: { title: string; note: string; on: boolean; onChange: (on: boolean) => void }) {
  const { title, note, on, onChange } = props;
  const action = <Switch aria-label={title} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />;
  return <SettingRow title={title} note={note} action={action} />;
}
