import { UsageError } from '../output/usage-error';
import { objectStoreOpener } from './object-store-opener';
import type { StoreOpener } from './store-opener';
import { vaultStoreOpener } from './vault-store-opener';

/** Every kind of store that `--store` takes. */
export const storeOpeners: readonly StoreOpener[] = [objectStoreOpener, vaultStoreOpener];

/** The opener of a store URL. @throws UsageError naming the kinds that there are */
export function storeOpenerFor(url: string): StoreOpener {
  const opener = storeOpeners.find(({ schemes }) => schemes.some((scheme) => url.startsWith(scheme)));
  if (opener !== undefined) return opener;
  const known = storeOpeners.flatMap(({ schemes }) => schemes).join(', ');
  throw new UsageError(`--store takes a URL that starts with one of ${known}`);
}
