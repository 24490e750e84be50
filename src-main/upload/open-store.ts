import type { StoreTarget } from '../contract/settings.ts';
import type { CheckableStore } from './object-store.ts';
import { S3Store } from './s3-store.ts';

/** The bucket or container of a destination, whichever service it is. `close` it after use. */
export async function openStore(target: StoreTarget): Promise<CheckableStore> {
  if (target.service !== 'azure') return new S3Store(target);
  // Loaded where it is needed only: the library is large.
  const { AzureStore } = await import('./azure-store.ts');
  return new AzureStore(target);
}

/** `s3://bucket/key` or `azure://container/key`: where an object is, for receipts and events. */
export const objectPath = ({ service, bucket }: Pick<StoreTarget, 'service' | 'bucket'>, key: string): string =>
  `${service === 'azure' ? 'azure' : 's3'}://${bucket}/${key}`;
