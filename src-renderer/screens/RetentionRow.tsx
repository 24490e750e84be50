import { Select } from '@mantine/core';
import { SettingRow } from '../components/SettingRow.tsx';
import { daysWord } from '../state/format.ts';
import { useActions } from '../state/ui-context.ts';

const KEEP = 'keep';
const DAYS = [7, 30, 90, 365];

/** What becomes of recordings on this computer once they are delivered. Nothing goes before the dialog was answered. */
export function RetentionRow({ days }: { days: number | null }) {
  const actions = useActions();
  const choices = [...new Set(days === null ? DAYS : [...DAYS, days])].sort((a, b) => a - b);
  const change = (value: string | null): void => {
    if (value === KEEP) void actions.setRetention(null);
    else if (value !== null && Number(value) !== days) actions.askToRetain(Number(value));
  };
  return (
    <SettingRow
      title="Delivered recordings"
      note={
        days === null
          ? 'Stay on this computer until you move them to the bin.'
          : `Go to the system’s bin ${daysWord(days)} after their delivery, if their storage still has every file. Others stay.`
      }
      action={
        <Select
          aria-label="Delivered recordings"
          w={220}
          allowDeselect={false}
          value={days === null ? KEEP : String(days)}
          data={[
            { value: KEEP, label: 'Keep on this computer' },
            ...choices.map((each) => ({ value: String(each), label: `To the bin after ${daysWord(each)}` })),
          ]}
          onChange={change}
        />
      }
    />
  );
}
