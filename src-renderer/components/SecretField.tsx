import { PasswordInput } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { SecretDraft } from '../state/drafts.ts';

export interface SecretFieldProps {
  label: string;
  description?: string;
  value: SecretDraft;
  onChange: (value: SecretDraft) => void;
}

/** A secret that can be replaced and never read: one that is kept shows as a sentence, not as its length. */
export function SecretField({ label, description, value, onChange }: SecretFieldProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      placeholder={value.kept === null ? undefined : texts.editor.secret.kept}
      value={value.typed}
      autoComplete="off"
      visibilityToggleButtonProps={{ 'aria-label': texts.editor.secret.show(label) }}
      onChange={(event) => onChange({ ...value, typed: event.currentTarget.value })}
    />
  );
}
