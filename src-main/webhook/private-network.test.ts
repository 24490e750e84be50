import { expect, it } from 'vitest';
import { isPrivateAddress } from './private-network.ts';

it.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['8.8.8.8', false],
  ['[::1]', true],
  ['::', true],
  ['fd00::1', true],
  ['fe80::1%eth0', true],
  ['::ffff:127.0.0.1', true],
  ['[::ffff:7f00:1]', true],
  ['[::ffff:808:808]', false],
  ['64:ff9b::a00:1', true],
  ['2606:4700::1111', false],
  ['example.net', false],
])('%s: private %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});
