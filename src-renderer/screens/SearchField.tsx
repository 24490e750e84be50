import { useEffect, useRef } from 'react';
import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { texts } from '../../src-main/contract/texts/index.ts';
import { KeyHint } from '../components/KeyHint.tsx';
import { useUi } from '../state/ui-context.ts';

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A search that `/` puts the cursor into, and that Escape empties. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const wanted = useUi((state) => state.searchFocus);
  const seen = useRef(wanted);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (wanted !== seen.current) input.current?.focus();
    seen.current = wanted;
  }, [wanted]);
  return (
    <TextInput
      ref={input}
      w={264}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onChange('');
        input.current?.blur();
      }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        value === '' ? (
          <KeyHint>/</KeyHint>
        ) : (
          <CloseButton size="sm" aria-label={texts.common.emptySearch} onClick={() => onChange('')} />
        )
      }
    />
  );
}
