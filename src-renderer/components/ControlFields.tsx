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
      <Choice
        label={texts.editor.control.watch}
        description={texts.editor.control.watchNote}
        fallback={fallback}
        value={value.watch}
        usual={{ value: 'no', label: texts.editor.control.watchNo }}
        other={{ value: 'yes', label: texts.editor.control.watchYes }}
        onChange={(watch) => set({ watch })}
      />
      <Choice
        label={texts.editor.control.start}
        fallback={fallback}
        value={value.start}
        usual={{ value: 'first-peer', label: texts.editor.control.startWithFirst }}
        other={{ value: 'join', label: texts.editor.control.startWithJoin }}
        onChange={(start) => set({ start })}
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

interface ChoiceProps<Value extends string> {
  label: string;
  description?: string;
  fallback: ControlFieldsProps['fallback'];
  /** '': nothing is chosen. */
  value: Value | '';
  /** What holds where neither the template nor the form says otherwise. */
  usual: { value: Value; label: string };
  other: { value: Value; label: string };
  onChange: (value: Value | '') => void;
}

/** One of two; under a template also neither, which is what the template says. */
function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, description, fallback, value, usual, other, onChange } = props;
  const none = { value: '', label: fallback === 'template' ? texts.editor.control.asTemplate : usual.label };
  return (
    <NativeSelect
      label={label}
      description={description}
      value={value}
      data={[none, ...(fallback === 'template' ? [usual] : []), other]}
      onChange={(event) =>
        onChange([usual, other].find((each) => each.value === event.currentTarget.value)?.value ?? '')
      }
    />
  );
}
