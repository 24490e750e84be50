import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  cert: string;
  key: string;
  /** SHA-256, hex pairs with colons. */
  fingerprint: string;
}

/** A self-signed certificate for loopback, valid for a day. Needs the `openssl` program: Node cannot make one. */
export async function selfSignedCertificate(host: string): Promise<Certificate> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-cert-'));
  try {
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=IP:${host},DNS:localhost`, '-keyout', key, '-out', cert],
    ]);
    const pem = await readFile(cert, 'utf8');
    return { cert: pem, key: await readFile(key, 'utf8'), fingerprint: new X509Certificate(pem).fingerprint256 };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
