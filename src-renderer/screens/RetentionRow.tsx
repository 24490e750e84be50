import { Select } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { SettingRow } from '../components/SettingRow.tsx';
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
      title={texts.retention.title}
      note={days === null ? texts.retention.note : texts.retention.noteAfter(days)}
      action={
        <Select
          aria-label={texts.retention.title}
          w={220}
          allowDeselect={false}
          value={days === null ? KEEP : String(days)}
          data={[
            { value: KEEP, label: texts.retention.keep },
            ...choices.map((each) => ({ value: String(each), label: texts.retention.after(each) })),
          ]}
          onChange={change}
        />
      }
    />
  );
}
