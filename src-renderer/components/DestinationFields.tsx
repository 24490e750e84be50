import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { texts } from '../../src-main/contract/texts/index.ts';
import { emptyStore, SERVICES, signInWays, type DestinationDraft } from '../state/drafts.ts';
import { SecretField } from './SecretField.tsx';
import styles from './Form.module.css';

const words = texts.destinations;

export interface DestinationFieldsProps {
  value: DestinationDraft;
  /** Hosted storage speaks S3, and can be signed into by a credentials service. */
  hosted: boolean;
  onChange: (value: DestinationDraft) => void;
}

type SetPart = (part: Partial<DestinationDraft>) => void;

/** A place for recordings in a store, and how to sign in to it. */
export function DestinationFields({ value, hosted, onChange }: DestinationFieldsProps) {
  const set: SetPart = (part) => onChange({ ...value, ...part });
  const ways = signInWays(value.service, hosted);
  return (
    <>
      {!hosted && (
        <NativeSelect
          label={words.service}
          value={value.service}
          data={SERVICES.map((service) => ({ value: service, label: words.services[service] }))}
          onChange={(event) => {
            const service = SERVICES.find((each) => each === event.currentTarget.value) ?? 's3';
            // Keys, regions and endpoints of one service mean nothing to another.
            onChange({ ...emptyStore(), service, bucket: value.bucket, prefix: value.prefix });
          }}
        />
      )}
      <Place value={value} set={set} />
      {ways.length > 1 && (
        <NativeSelect
          label={words.signIn}
          value={value.signIn}
          data={ways.map((way) => ({ value: way, label: words.signInWays[way] }))}
          onChange={(event) => set({ signIn: ways.find((way) => way === event.currentTarget.value) ?? 'keys' })}
        />
      )}
      <SignIn value={value} set={set} />
    </>
  );
}

function Place({ value, set }: { value: DestinationDraft; set: SetPart }) {
  const azure = value.service === 'azure';
  return (
    <>
      <div className={styles.pair}>
        <TextInput
          label={azure ? words.container : words.bucket}
          required
          value={value.bucket}
          onChange={(event) => set({ bucket: event.currentTarget.value })}
        />
        <TextInput
          label={words.folder(azure)}
          placeholder={words.noFolder}
          value={value.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
        />
        {!azure && (
          <TextInput
            label={words.region}
            placeholder={REGIONS[value.service]}
            value={value.region}
            onChange={(event) => set({ region: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={words.endpoint}
          placeholder={words.endpointOf[value.service]}
          value={value.endpoint}
          onChange={(event) => set({ endpoint: event.currentTarget.value })}
        />
      </div>
      {value.service === 's3' && value.endpoint.trim() !== '' && (
        <Checkbox
          label={words.pathStyle}
          checked={value.pathStyle}
          onChange={(event) => set({ pathStyle: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

/** Where none is named. */
const REGIONS = { s3: 'ap-south-1', gs: 'auto', oss: 'oss-cn-hangzhou', azure: '' };

const KEY_WORDS = {
  s3: { key: words.accessKey, secret: words.secretKey },
  gs: { key: words.hmacKey, secret: words.hmacSecret },
  oss: { key: words.accessKey, secret: words.secretKey },
  azure: { key: words.account, secret: words.accountKey },
};

function SignIn({ value, set }: { value: DestinationDraft; set: SetPart }) {
  switch (value.signIn) {
    case 'keys':
      return (
        <div className={styles.pair}>
          <TextInput
            label={KEY_WORDS[value.service].key}
            value={value.key}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set({ key: event.currentTarget.value })}
          />
          <SecretField
            label={KEY_WORDS[value.service].secret}
            value={value.secret}
            onChange={(secret) => set({ secret })}
          />
        </div>
      );
    case 'endpoint':
      return (
        <div className={styles.pair}>
          <TextInput
            label={words.credentialsEndpoint}
            placeholder={words.credentialsPlaceholder}
            value={value.credentialsEndpoint}
            onChange={(event) => set({ credentialsEndpoint: event.currentTarget.value })}
          />
          <SecretField label={words.token} value={value.token} onChange={(token) => set({ token })} />
        </div>
      );
    case 'chain':
      return null;
  }
}
