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
  const empty = fallback === 'template' ? texts.editor.asTheTemplate : undefined;
  return (
    <fieldset className={styles.group}>
      <legend>{texts.editor.beginAndEnd}</legend>
      <NativeSelect
        label={texts.editor.byItself}
        description={texts.editor.byItselfNote}
        value={value.watch}
        data={[
          { value: '', label: fallback === 'template' ? texts.editor.asTheTemplateSays : texts.editor.onlyWhenStarted },
          ...(fallback === 'template' ? [{ value: 'no', label: texts.editor.onlyWhenStarted }] : []),
          { value: 'yes', label: texts.editor.wheneverSomebodyIsThere },
        ]}
        onChange={(event) => {
          const watch = event.currentTarget.value;
          set({ watch: watch === 'yes' || watch === 'no' ? watch : '' });
        }}
      />
      <NativeSelect
        label={texts.editor.begins}
        value={value.start}
        data={[
          {
            value: '',
            label: fallback === 'template' ? texts.editor.asTheTemplateSays : texts.editor.withTheFirstPersonWho,
          },
          ...(fallback === 'template' ? [{ value: 'first-peer', label: texts.editor.withTheFirstPersonWho }] : []),
          { value: 'join', label: texts.editor.asSoonAsRollcallHas },
        ]}
        onChange={(event) => {
          const start = event.currentTarget.value;
          set({ start: start === 'join' || start === 'first-peer' ? start : '' });
        }}
      />
      <TextInput
        label={texts.editor.endsWhenTheCallHas}
        description={texts.editor.secondsOrNever}
        inputMode="numeric"
        placeholder={empty ?? '60'}
        value={value.emptySeconds}
        onChange={(event) => set({ emptySeconds: event.currentTarget.value })}
      />
      <TextInput
        label={texts.editor.lastsAtMost}
        description={texts.editor.minutesOrNever}
        inputMode="decimal"
        placeholder={empty ?? texts.editor.never}
        value={value.maxMinutes}
        onChange={(event) => set({ maxMinutes: event.currentTarget.value })}
      />
    </fieldset>
  );
}
