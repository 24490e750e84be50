import { join } from 'node:path';
import { run } from './programs.ts';
import { startStoreScript } from './store-script.ts';

/** An S3-compatible store on loopback, whoever made it. */
export interface ObjectStore {
  endpoint: string;
  region: string;
  key: string;
  secret: string;
  forcePathStyle: true;
  close(): Promise<void>;
}

const SCRIPT = {
  name: 'Swift',
  path: join(import.meta.dirname, 'swift-s3.sh'),
  variables: 'SWIFT',
  ports: 5,
};

/** Whether Swift's packages are installed, so that it starts in seconds and without root. */
export async function hasSwift(): Promise<boolean> {
  const found = await run('dpkg-query', ['-W', '-f=${db:Status-Status} ', 'python3-swift', 'memcached']).catch(
    () => null,
  );
  return found?.stdout.toString() === 'installed installed ';
}

/**
 * OpenStack Swift with its S3 API on loopback, from Debian's packages (installed by the script where they are missing,
 * which needs root): a store that none of our code wrote. Ready in about 3 s. It has no bucket but `swift-s3-ready`.
 */
export async function startSwift(): Promise<ObjectStore> {
  const started = await startStoreScript(SCRIPT);
  return { ...started, region: 'us-east-1', key: 'test:tester', secret: 'testing', forcePathStyle: true };
}
