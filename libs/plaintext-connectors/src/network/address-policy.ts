import { BlockList, isIP, isIPv6 } from 'node:net';

/** Which resolved addresses a connector may connect to. */
export interface AddressPolicyOptions {
  /** Loopback too: for demo and tests alone. */
  readonly allowLoopback?: boolean;
  /** Networks of the operator's own that are otherwise refused, as `10.1.0.0/16` or `fd00:1::/32`. */
  readonly allowNetworks?: readonly string[];
}

const loopback = ['127.0.0.0/8', '::1/128'];

/** Addresses that no provider in the open network has: RFC 6890 and its successors, and what tunnels to IPv4. */
const special = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  ...loopback,
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** Decides over addresses, never over names: a name may resolve to anything, and to something else a moment later. */
export class AddressPolicy {
  readonly #special = networks(special);
  readonly #allowed: BlockList;

  /** @throws RangeError where a network is none */
  constructor(options: AddressPolicyOptions = {}) {
    this.#allowed = networks([...(options.allowLoopback === true ? loopback : []), ...(options.allowNetworks ?? [])]);
  }

  /** @param address - an IP address as text; IPv4-mapped IPv6 counts as IPv4 */
  allows(address: string): boolean {
    const plain = unmapped(address);
    if (isIP(plain) === 0) return false;
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    return this.#allowed.check(plain, family) || !this.#special.check(plain, family);
  }
}

function networks(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = '', prefix = ''] = network.split('/');
    const bits = Number(prefix);
    if (isIP(address) === 0 || prefix === '' || !Number.isInteger(bits))
      throw new RangeError('not a network: address/bits');
    blocks.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return blocks;
}

/** `::ffff:a.b.c.d` in any spelling becomes `a.b.c.d`; zone ids are dropped. */
function unmapped(address: string): string {
  const bare = address.replace(/%.*$/, '').replace(/^\[|\]$/g, '');
  if (!isIPv6(bare)) return bare;
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? '0', 16));
  return [high! >> 8, high! & 255, low! >> 8, low! & 255].join('.');
}
