import { NativeSelect, TextInput } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { ControlDraft } from '../state/control-draft.ts';
import styles from './Form.module.css';

export interface ControlFieldsProps {
  value: ControlDraft;
  /** Where what is left empty comes from. */
  fallback: 'template' | 'default';
  onChange: (value: ControlDraft) => void;
}

/** When a recording begins and ends by itself. */
export function ControlFields({ value, fallback, onChange }: ControlFieldsProps) {
  const set = (part: Partial<ControlDraft>): void => onChange({ ...value, ...part });
  const empty = fallback === 'template' ? texts.editor.control.asTemplateShort : undefined;
  return (
    <fieldset className={styles.group}>
      <legend>{texts.editor.control.title}</legend>
      <NativeSelect
        label={texts.editor.control.watch}
        description={texts.editor.control.watchNote}
        value={value.watch}
        data={[
          {
            value: '',
            label: fallback === 'template' ? texts.editor.control.asTemplate : texts.editor.control.watchNo,
          },
          ...(fallback === 'template' ? [{ value: 'no', label: texts.editor.control.watchNo }] : []),
          { value: 'yes', label: texts.editor.control.watchYes },
        ]}
        onChange={(event) => {
          const watch = event.currentTarget.value;
          set({ watch: watch === 'yes' || watch === 'no' ? watch : '' });
        }}
      />
      <NativeSelect
        label={texts.editor.control.start}
        value={value.start}
        data={[
          {
            value: '',
            label: fallback === 'template' ? texts.editor.control.asTemplate : texts.editor.control.startWithFirst,
          },
          ...(fallback === 'template' ? [{ value: 'first-peer', label: texts.editor.control.startWithFirst }] : []),
          { value: 'join', label: texts.editor.control.startWithJoin },
        ]}
        onChange={(event) => {
          const start = event.currentTarget.value;
          set({ start: start === 'join' || start === 'first-peer' ? start : '' });
        }}
      />
      <TextInput
        label={texts.editor.control.empty}
        description={texts.editor.control.emptyNote}
        inputMode="numeric"
        placeholder={empty ?? '60'}
        value={value.emptySeconds}
        onChange={(event) => set({ emptySeconds: event.currentTarget.value })}
      />
      <TextInput
        label={texts.editor.control.longest}
        description={texts.editor.control.longestNote}
        inputMode="decimal"
        placeholder={empty ?? texts.editor.control.never}
        value={value.maxMinutes}
        onChange={(event) => set({ maxMinutes: event.currentTarget.value })}
      />
    </fieldset>
  );
}
