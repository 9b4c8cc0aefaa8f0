import { RateLimitedStore, type ObjectStore } from '@coffer/object-store';

import { UsageError } from '../output/usage-error';

/** What `--limit-up` and `--limit-down` say, as they were typed. */
export interface RateOptions {
  readonly limitUp?: string;
  readonly limitDown?: string;
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Slows a store down as the options say. @returns undefined where they say nothing @throws UsageError */
export function rateLimiterOf({ limitUp, limitDown }: RateOptions): ((store: ObjectStore) => ObjectStore) | undefined {
  if (limitUp === undefined && limitDown === undefined) return undefined;
  const limits = {
    ...(limitUp === undefined ? {} : { upBytesPerSecond: bytesOf('--limit-up', limitUp) }),
    ...(limitDown === undefined ? {} : { downBytesPerSecond: bytesOf('--limit-down', limitDown) }),
  };
  return (store) => new RateLimitedStore(store, limits);
}

/** `500k`, `2M`, `1.5m`, `800000`: bytes a second, in decimal units. */
function bytesOf(option: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)([kmg]?)$/i.exec(text);
  const bytes = match === null ? 0 : Number(match[1]) * units[match[2]!.toLowerCase()]!;
  // Slower than a modem of 1990 a run would never end; that is a slip of the keyboard.
  if (bytes >= 1000) return bytes;
  throw new UsageError(`${option} takes bytes a second, 1k or more, such as 500k or 2M. Nothing was done.`);
}
