import type { StoreTarget } from '../contract/settings.ts';
import type { CheckableStore } from './object-store.ts';

/** The bucket or container of a destination, whichever service it is. `close` it after use. */
export async function openStore(target: StoreTarget): Promise<CheckableStore> {
  // Loaded where they are needed only: their libraries are large.
  if (target.service === 'azure') {
    const { AzureStore } = await import('./azure-store.ts');
    return new AzureStore(target);
  }
  const { S3Store } = await import('./s3-store.ts');
  return new S3Store(target);
}

/** `s3://bucket` or `azure://container`. */
export const storeUrl = ({ service, bucket }: Pick<StoreTarget, 'service' | 'bucket'>): string =>
  `${service ?? 's3'}://${bucket}`;

/** `s3://bucket/key` or `azure://container/key`: where an object is, for receipts and events. */
export const objectPath = (target: Pick<StoreTarget, 'service' | 'bucket'>, key: string): string =>
  `${storeUrl(target)}/${key}`;
