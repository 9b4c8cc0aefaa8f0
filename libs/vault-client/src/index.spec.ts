import { describe, expect, it } from 'vitest';

import * as vaultClient from './index';

describe('@coffer/vault-client', () => {
  it('exports exactly the names that others build against', () => {
    expect(Object.keys(vaultClient).toSorted()).toEqual([
      'VaultClientError',
      'VaultObjectStore',
      'createVaultClient',
      'defaultRetryPolicy',
    ]);
  });
});
