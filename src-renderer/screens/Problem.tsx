import type { ReactNode } from 'react';
import type { ErrorRecord } from '../../src-main/contract/errors.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { ErrorNotice } from '../components/ErrorNotice.tsx';
import { useActions, useUi } from '../state/ui-context.ts';

/** Files that nobody has said a place for. */
export const NO_STORAGE: ErrorRecord = {
  code: 'HOSTED_NOT_CONFIGURED',
  fault: 'destination',
  message: texts.shell.noStorage.message,
  remedy: texts.shell.noStorage.remedy,
};

/** An error in a screen, with its text ready to be copied. */
export function Problem({ error, action }: { error: ErrorRecord; action?: ReactNode }) {
  const actions = useActions();
  return (
    <ErrorNotice
      error={error}
      action={action}
      onCopy={(text) => void actions.copy(text, texts.shell.diagnosticsCopied)}
    />
  );
}

/** The last thing that did not work, at the top of whatever screen shows. */
export function LastError() {
  const actions = useActions();
  const error = useUi((state) => state.error);
  if (error === null) return null;
  return (
    <ErrorNotice
      error={error}
      onDismiss={actions.dismissError}
      onCopy={(text) => void actions.copy(text, texts.shell.diagnosticsCopied)}
    />
  );
}
