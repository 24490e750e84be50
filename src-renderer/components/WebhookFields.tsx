import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import { emptyHeader, type HeaderDraft, type WebhookDraft } from '../state/drafts.ts';
import { SecretField } from './SecretField.tsx';
import styles from './Form.module.css';

export interface WebhookFieldsProps {
  value: WebhookDraft;
  onChange: (value: WebhookDraft) => void;
}

/** Who is told of a delivered file: an address, headers of the user's own, a secret to sign with. */
export function WebhookFields({ value, onChange }: WebhookFieldsProps) {
  const set = (part: Partial<WebhookDraft>): void => onChange({ ...value, ...part });
  const setHeader = (index: number, header: HeaderDraft): void =>
    set({ headers: value.headers.map((each, at) => (at === index ? header : each)) });
  return (
    <>
      <TextInput
        label={texts.editor.webhook.address}
        placeholder="https://…"
        required
        value={value.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <Checkbox
        label={texts.editor.webhook.privateNetwork}
        checked={value.privateNetwork}
        onChange={(event) => set({ privateNetwork: event.currentTarget.checked })}
      />
      <SecretField
        label={texts.editor.webhook.signing}
        description={texts.editor.webhook.signingNote}
        value={value.signing}
        onChange={(signing) => set({ signing })}
      />
      {value.headers.map((header, index) => (
        <div key={index} className={styles.header}>
          <TextInput
            label={texts.editor.webhook.header}
            placeholder="x-token"
            // A kept value belongs to its name: another name is another header.
            readOnly={header.value.kept !== null}
            value={header.name}
            onChange={(event) => setHeader(index, { ...header, name: event.currentTarget.value })}
          />
          <SecretField
            label={texts.editor.webhook.value(header.name)}
            value={header.value}
            onChange={(next) => setHeader(index, { ...header, value: next })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={texts.editor.webhook.removeHeader(header.name)}
            onClick={() => set({ headers: value.headers.filter((_, at) => at !== index) })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => set({ headers: [...value.headers, emptyHeader()] })}
        >
          {texts.editor.webhook.addHeader}
        </Button>
      </div>
    </>
  );
}
