import type { StoreOpener } from './store-opener';

/** The store that a vault grants to the account that is signed in. */
export const vaultStoreOpener: StoreOpener = {
  schemes: ['vault:'],
  async open(context, request) {
    const { openVaultStore } = await import('../vault/open-vault-store');
    return openVaultStore(context, request);
  },
};
