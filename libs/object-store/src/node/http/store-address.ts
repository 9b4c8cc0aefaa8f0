import { ObjectStoreError } from '../../errors';

/**
 * Guard for the address of a service: https, or http on this machine alone, since credentials go there; no credentials, query or
 * fragment in it.
 *
 * @param what - names the address in the message
 * @returns origin and path, without a slash at the end
 * @throws ObjectStoreError `invalid-url`, which does not repeat what was typed: it may hold a secret
 */
export function requireStoreAddress(text: string, what: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ObjectStoreError('invalid-url', `${what} is no URL`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ObjectStoreError(
      'invalid-url',
      `${what} is scheme, host and path only: credentials never stand in a URL`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new ObjectStoreError('invalid-url', `${what} must be https; http is for this machine's own addresses alone`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
