import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { DestinationDraft } from '../state/drafts.ts';
import { SecretField } from './SecretField.tsx';
import styles from './Form.module.css';

export interface DestinationFieldsProps {
  value: DestinationDraft;
  /** Hosted storage can be signed into by a credentials service. */
  hosted: boolean;
  onChange: (value: DestinationDraft) => void;
}

const SIGN_IN: Record<DestinationDraft['signIn'], string> = {
  keys: 'An access key and its secret',
  chain: 'This computer’s AWS set-up (profile, SSO, role)',
  endpoint: 'A credentials service (short-lived keys)',
};

/** An S3-compatible bucket and how to sign in to it. */
export function DestinationFields({ value, hosted, onChange }: DestinationFieldsProps) {
  const set = (part: Partial<DestinationDraft>): void => onChange({ ...value, ...part });
  const ways = (['keys', 'chain', 'endpoint'] as const).filter((way) => hosted || way !== 'endpoint');
  return (
    <>
      <div className={styles.pair}>
        <TextInput
          label="Bucket"
          required
          value={value.bucket}
          onChange={(event) => set({ bucket: event.currentTarget.value })}
        />
        <TextInput
          label="Folder in the bucket"
          placeholder="none"
          value={value.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
        />
        <TextInput
          label="Region"
          placeholder="ap-south-1"
          value={value.region}
          onChange={(event) => set({ region: event.currentTarget.value })}
        />
        <TextInput
          label="Endpoint"
          placeholder="AWS itself"
          value={value.endpoint}
          onChange={(event) => set({ endpoint: event.currentTarget.value })}
        />
      </div>
      {value.endpoint.trim() !== '' && (
        <Checkbox
          label="Bucket in the path, not in the host name (MinIO, Ceph, Swift)"
          checked={value.pathStyle}
          onChange={(event) => set({ pathStyle: event.currentTarget.checked })}
        />
      )}
      <NativeSelect
        label="Sign in with"
        value={value.signIn}
        data={ways.map((way) => ({ value: way, label: SIGN_IN[way] }))}
        onChange={(event) => set({ signIn: ways.find((way) => way === event.currentTarget.value) ?? 'keys' })}
      />
      <SignIn value={value} set={set} />
    </>
  );
}

function SignIn({ value, set }: { value: DestinationDraft; set: (part: Partial<DestinationDraft>) => void }) {
  switch (value.signIn) {
    case 'keys':
      return (
        <div className={styles.pair}>
          <TextInput
            label="Access key"
            value={value.key}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set({ key: event.currentTarget.value })}
          />
          <SecretField label="Secret key" value={value.secret} onChange={(secret) => set({ secret })} />
        </div>
      );
    case 'endpoint':
      return (
        <div className={styles.pair}>
          <TextInput
            label="Address of the service"
            placeholder="https://…"
            value={value.credentialsEndpoint}
            onChange={(event) => set({ credentialsEndpoint: event.currentTarget.value })}
          />
          <SecretField label="Token" value={value.token} onChange={(token) => set({ token })} />
        </div>
      );
    case 'chain':
      return null;
  }
}
