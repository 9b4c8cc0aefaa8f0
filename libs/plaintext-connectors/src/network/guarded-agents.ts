import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

import { ConnectorError } from '@coffer/purge';

import type { AddressPolicy } from './address-policy';

/** What a connector may talk to. */
export interface EndpointPolicy {
  /** Host names, exactly as in the endpoint's URL, lower case; a leading dot allows all names below. */
  readonly hosts: readonly string[];
  readonly addresses: AddressPolicy;
}

/** Agents for node:http and node:https that connect only where a policy allows. */
export interface GuardedAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Resolves a name to all its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Makes agents that check the host against the allow-list and each resolved address at the moment of connecting, and that connect to
 * no other address than the one that was checked: a name that resolves to something else later (DNS rebinding) gains nothing.
 * They follow no redirect; that is what their users must not do either.
 */
export function guardedAgents(policy: EndpointPolicy, resolve: Resolve = resolveAll): GuardedAgents {
  const options = { keepAlive: true, maxSockets: 64, lookup: guardedLookup(policy, resolve) };
  return { http: new GuardedHttpAgent(policy, options), https: new GuardedHttpsAgent(policy, options) };
}

class GuardedHttpAgent extends HttpAgent {
  readonly #policy: EndpointPolicy;

  constructor(policy: EndpointPolicy, options: object) {
    super(options);
    this.#policy = policy;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    requireHost(this.#policy, options.host ?? '');
    return super.createConnection(options, callback);
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #policy: EndpointPolicy;

  constructor(policy: EndpointPolicy, options: object) {
    super(options);
    this.#policy = policy;
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    requireHost(this.#policy, options.host ?? '');
    return super.createConnection(options, callback);
  }
}

/** @throws ConnectorError `endpoint-refused`; a literal address is checked here, for it is never looked up */
function requireHost(policy: EndpointPolicy, host: string): void {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const isListed = policy.hosts.some((entry) => (entry.startsWith('.') ? name.endsWith(entry) : name === entry));
  if (!isListed) throw new ConnectorError('endpoint-refused', 'the host is not on the allow-list of this source');
  if (isIP(name) !== 0 && !policy.addresses.allows(name)) throw addressRefused();
}

function guardedLookup(policy: EndpointPolicy, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const family = options.family === 4 || options.family === 6 ? options.family : 0;
        const usable = addresses.filter((found) => family === 0 || found.family === family);
        const [first] = usable;
        // One bad address spoils the name: whoever controls it chose to name it.
        if (first === undefined || !usable.every(({ address }) => policy.addresses.allows(address))) {
          callback(addressRefused(), '', 4);
        } else if (options.all === true) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : addressRefused(), '', 4),
    );
  };
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookUp(hostname, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

function addressRefused(): ConnectorError {
  return new ConnectorError('endpoint-refused', 'the host resolves to an address that is not allowed for this source');
}
