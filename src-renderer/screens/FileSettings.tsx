import { NativeSelect } from '@mantine/core';
import type { FilesView } from '../../src-main/contract/ipc.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { Panel } from '../components/Panel.tsx';
import { SettingRow } from '../components/SettingRow.tsx';
import { useActions } from '../state/ui-context.ts';

const words = texts.files;
const AS_IT_WAS = '';

/** How the files of the next recordings are made. */
export function FileSettings({ files }: { files: FilesView }) {
  const { setComposite, setEncoding } = useActions();
  return (
    <Panel title={words.title}>
      <ChoiceRow
        title={words.layout}
        note={words.layoutNote}
        value={files.layout ?? 'grid'}
        choices={words.layouts}
        onChange={(layout) => void setComposite({ layout })}
      />
      <ChoiceRow
        title={words.size}
        note={words.sizeNote}
        value={files.size ?? '1280x720'}
        choices={withOther(words.sizes, files.size, (size) => size)}
        onChange={(size) => void setComposite({ size })}
      />
      <ChoiceRow
        title={words.loudness}
        note={words.loudnessNote}
        value={String(files.loudnessLufs ?? AS_IT_WAS)}
        choices={{
          [AS_IT_WAS]: words.asItWas,
          ...withOther(words.loudnesses, files.loudnessLufs, words.otherLoudness),
        }}
        onChange={(lufs) => void setComposite({ loudness_lufs: lufs === AS_IT_WAS ? null : Number(lufs) })}
      />
      <ChoiceRow
        title={words.quality}
        note={words.qualityNote}
        value={String(files.quality ?? 23)}
        choices={withOther(words.qualities, files.quality, words.otherQuality)}
        onChange={(quality) => void setEncoding({ quality: Number(quality) })}
      />
      <ChoiceRow
        title={words.encoder}
        note={`${words.encoderNote} ${words.next}`}
        value={files.encoder ?? 'auto'}
        choices={withOther(words.encoders, files.encoder, (name) => name)}
        onChange={(encoder) => void setEncoding({ encoder: encoder === 'software' ? 'software' : 'auto' })}
      />
    </Panel>
  );
}

/** The choices, and what a settings file says that is none of them. */
function withOther(
  choices: Readonly<Record<string, string>>,
  value: string | number | null,
  wordOf: (value: string) => string,
): Record<string, string> {
  const key = String(value ?? AS_IT_WAS);
  return key === AS_IT_WAS || Object.hasOwn(choices, key) ? { ...choices } : { ...choices, [key]: wordOf(key) };
}

interface ChoiceRowProps<Value extends string> {
  title: string;
  note: string;
  value: string;
  choices: Readonly<Record<Value, string>>;
  onChange: (value: Value) => void;
}

function ChoiceRow<Value extends string>({ title, note, value, choices, onChange }: ChoiceRowProps<Value>) {
  const data = (Object.keys(choices) as Value[]).map((key) => ({ value: key, label: choices[key] }));
  return (
    <SettingRow
      title={title}
      note={note}
      action={
        <NativeSelect
          aria-label={title}
          w={230}
          value={value}
          data={data}
          onChange={(event) => {
            const chosen = data.find((each) => each.value === event.currentTarget.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        />
      }
    />
  );
}
