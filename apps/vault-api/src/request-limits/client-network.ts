import { isIPv4 } from 'node:net';

/**
 * What an address is counted as: an IPv4 address itself, also where it is written as IPv6 (RFC 4291, section 2.5.5.2), and of an
 * IPv6 address the first 64 bits, for the rest is its host's to choose (RFC 4291, section 2.5.1).
 *
 * @param address - as Node gives it, with a zone or without
 */
export function clientNetwork(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...last];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** A dotted end stands for two groups; which ones does not matter, for they are among the last four. */
function groupsOf(text: string): string[] {
  return text.split(':').flatMap((group) => (group === '' ? [] : group.includes('.') ? ['0', '0'] : [group]));
}
