import { NativeSelect, TextInput } from '@mantine/core';
import type { ControlDraft } from '../state/control-draft.ts';
import styles from './Form.module.css';

export interface ControlFieldsProps {
  value: ControlDraft;
  /** Where what is left empty comes from. */
  fallback: 'the template' | 'the default';
  onChange: (value: ControlDraft) => void;
}

/** When a recording begins and ends by itself. */
export function ControlFields({ value, fallback, onChange }: ControlFieldsProps) {
  const set = (part: Partial<ControlDraft>): void => onChange({ ...value, ...part });
  const empty = fallback === 'the template' ? 'as the template' : undefined;
  return (
    <fieldset className={styles.group}>
      <legend>Begin and end</legend>
      <NativeSelect
        label="Begins"
        value={value.start}
        data={[
          {
            value: '',
            label: fallback === 'the template' ? 'As the template says' : 'With the first person who sends',
          },
          ...(fallback === 'the template' ? [{ value: 'first-peer', label: 'With the first person who sends' }] : []),
          { value: 'join', label: 'As soon as Rollcall has joined' },
        ]}
        onChange={(event) => {
          const start = event.currentTarget.value;
          set({ start: start === 'join' || start === 'first-peer' ? start : '' });
        }}
      />
      <TextInput
        label="Ends when the call has been empty for"
        description='Seconds, or "never"'
        inputMode="numeric"
        placeholder={empty ?? '60'}
        value={value.emptySeconds}
        onChange={(event) => set({ emptySeconds: event.currentTarget.value })}
      />
      <TextInput
        label="Lasts at most"
        description='Minutes, or "never"'
        inputMode="decimal"
        placeholder={empty ?? 'never'}
        value={value.maxMinutes}
        onChange={(event) => set({ maxMinutes: event.currentTarget.value })}
      />
    </fieldset>
  );
}
