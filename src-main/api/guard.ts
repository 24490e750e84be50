import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Keeps web pages away. A page in the user's browser can send requests here, also under a name of its own that it lets
 * lead to this address (DNS rebinding); both show: browsers send `Origin` or `Sec-Fetch-Site`, and the page's name in `Host`.
 */

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an address to listen at is this computer's own alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The host name of a `Host` header, lower case, without its port; null where it is none. */
export function hostName(header: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

/**
 * The names under which the API may be asked for: those of loopback, the address that it listens at, and those that its
 * certificate is for.
 */
export function hostCheck(listenAt: string, certificatePem: string | null): (header: string | undefined) => boolean {
  const certificate = certificatePem === null ? null : new X509Certificate(certificatePem);
  const own = isIP(listenAt) === 6 ? `[${listenAt}]` : listenAt.toLowerCase();
  return (header) => {
    const name = hostName(header);
    if (name === null) return false;
    if (LOOPBACK_NAMES.includes(name) || name === own) return true;
    if (certificate === null) return false;
    const bare = name.replace(/^\[|\]$/g, '');
    return isIP(bare) > 0 ? certificate.checkIP(bare) !== undefined : certificate.checkHost(bare) !== undefined;
  };
}

/** Whether a request comes from a web page. `none` is an address that the user typed. */
export function isFromPage(headers: Record<string, string | string[] | undefined>): boolean {
  const site = headers['sec-fetch-site'];
  return headers['origin'] !== undefined || (site !== undefined && site !== 'none');
}
