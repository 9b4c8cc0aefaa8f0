import { isIP } from 'node:net';
import { z } from 'zod';
import type { Allowance } from './allowance';

/** How much is answered, and whose word about a client's address is taken. */
export interface RequestLimitConfig {
  /** Of one account, whatever the address. */
  readonly account: Allowance;
  /** Of one client address, where no account answers for the request. */
  readonly address: Allowance;
  /** Of either, on the routes that a backup, a restore, a purge or an audit calls once for each object. */
  readonly bulk: Allowance;
  /** Addresses and networks whose `X-Forwarded-For` is believed; none unless told. */
  readonly trustedProxies: readonly string[];
}

const allowance = z
  .string()
  .regex(/^[1-9]\d{0,6},[1-9]\d{0,6}$/, 'two numbers expected, comma-separated: requests at once, requests a second');

/** The variables of the limits, for `config.ts` (docs/configuration.md). */
export const limitVariables = {
  COFFER_ACCOUNT_REQUESTS: allowance.default('1000,50'),
  COFFER_ADDRESS_REQUESTS: allowance.default('1000,50'),
  COFFER_BULK_REQUESTS: allowance.default('20000,1000'),
  COFFER_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(z.array(z.string().refine(isNetwork, 'addresses or networks expected, e.g. 10.0.0.0/8')).min(1).max(64))
    .optional(),
};

/** The limits that the variables say. */
export function requestLimits(values: z.infer<z.ZodObject<typeof limitVariables>>): RequestLimitConfig {
  return {
    account: toAllowance(values.COFFER_ACCOUNT_REQUESTS),
    address: toAllowance(values.COFFER_ADDRESS_REQUESTS),
    bulk: toAllowance(values.COFFER_BULK_REQUESTS),
    trustedProxies: values.COFFER_TRUSTED_PROXIES ?? [],
  };
}

function toAllowance(text: string): Allowance {
  const [burst = 1, perSecond = 1] = text.split(',').map(Number);
  return { burst, perSecond };
}

/** An address, or one with the length of its network's prefix. A network of all addresses would let anybody name their own. */
function isNetwork(text: string): boolean {
  const [address = '', length, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  if (length === undefined) return true;
  if (!/^[1-9]\d{0,2}$/.test(length)) return false;
  return Number(length) <= (version === 4 ? 32 : 128);
}
