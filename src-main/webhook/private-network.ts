import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** IANA's special-purpose addresses: this computer, local and carrier networks, link-local (cloud metadata), multicast. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

/** IPv6 addresses that stand for an IPv4 one: mapped, and translated by NAT64. The last 32 bits are the address. */
const EMBEDDED = new BlockList();
EMBEDDED.addSubnet('::ffff:0:0', 96, 'ipv6');
EMBEDDED.addSubnet('64:ff9b::', 96, 'ipv6');

/** Whether an IP address lies outside the public internet. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(plain) === 0) return false;
  if (!isIPv6(plain)) return PRIVATE.check(plain, 'ipv4');
  if (EMBEDDED.check(plain, 'ipv6')) return PRIVATE.check(embeddedIpv4(plain), 'ipv4');
  return PRIVATE.check(plain, 'ipv6');
}

function embeddedIpv4(address: string): string {
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  // As URL writes it: in full where needed, hexadecimal.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.');
}

/** The error with which a connection to a private address is refused. */
export class PrivateNetworkError extends Error {
  override readonly name = 'PrivateNetworkError';
}

/**
 * A `lookup` for Node's sockets that refuses names which lead to a private address. It is the address which is then
 * connected to that is judged, so that a name cannot lead elsewhere the second time it is asked for.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new PrivateNetworkError(`${hostname} leads into a private network`), []);
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
