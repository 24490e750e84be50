import { join } from 'node:path';
import { startStoreScript } from './store-script.ts';
import type { ObjectStore } from './swift.ts';

const SCRIPT = {
  name: 'Ceph',
  path: join(import.meta.dirname, 's3/ceph-rgw.sh'),
  variables: 'CEPH',
  ports: 6,
};

/**
 * Ceph's RADOS gateway on loopback, from Debian's packages: a store that none of our code wrote, and none of Swift's
 * makers either. Ready in about 4 s, with 130 MB of memory and what is stored. It has no bucket but `ceph-rgw-ready`.
 */
export async function startCeph(): Promise<ObjectStore> {
  const started = await startStoreScript(SCRIPT);
  return {
    ...started,
    region: 'us-east-1',
    key: 'rollcall-tester',
    secret: 'rollcall-testing',
    forcePathStyle: true,
  };
}
