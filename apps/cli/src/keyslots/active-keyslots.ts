import type { Keyslot, KeyslotKind } from '@coffer/contracts';

import type { VaultConnection } from '../vault/connect-vault';

/** The keyslots of the account that work, oldest first. */
export async function activeKeyslots({ client }: Pick<VaultConnection, 'client'>): Promise<readonly Keyslot[]> {
  return (await client.listKeyslots()).keyslots.filter(({ state }) => state === 'active');
}

/** How a kind of keyslot is called before people. */
export const keyslotWords: Readonly<Record<KeyslotKind, string>> = {
  digits: '64-digit key',
  password: 'password',
  passkey: 'passkey',
};
