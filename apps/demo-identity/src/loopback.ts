import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

import { IdentityError } from './errors';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Guard: this provider shows its passwords, so nobody but this computer may reach it.
 *
 * @param host - an address or a name; a name is accepted only if every address of it is loopback
 * @throws IdentityError `not-loopback`
 */
export async function requireLoopback(host: string): Promise<string> {
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  const isLoopback = (address: string) => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  if (addresses.length === 0 || !addresses.every(isLoopback)) {
    throw new IdentityError(
      'not-loopback',
      'the demo identity provider shows its passwords and listens on loopback only; use 127.0.0.1, or a provider of your own',
    );
  }
  return host;
}

/** Whether a Host header names this computer: others were sent here by a name that leads astray (DNS rebinding). */
export function isLocalHostHeader(header: string | undefined): boolean {
  const name = header?.replace(/:\d+$/, '').toLowerCase() ?? '';
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
