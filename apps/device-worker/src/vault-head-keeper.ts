import { BackupEngineError, type HeadKeeper } from '@coffer/backup-engine';
import { signedStatementFromJson, type SignedStatement } from '@coffer/evidence';
import type { VaultClient } from '@coffer/vault-client';

/** A head is some hundred bytes. */
const headMaximumBytes = 4096;

/** The head that a vault keeps, for reading; the repository verifies it. */
export interface VaultHeadKeeper extends HeadKeeper {
  /** Whether the vault had a head when it was last asked. One that does not verify must not pass for none. */
  readonly hasHead: () => boolean;
}

/** @param repositoryId - base64url of 16 bytes */
export function vaultHeadKeeper(client: VaultClient, repositoryId: string): VaultHeadKeeper {
  let hasHead = false;
  return {
    hasHead: () => hasHead,
    async *read(): AsyncGenerator<SignedStatement, void> {
      const { head } = (await client.getHead({ params: { repositoryId } })).data;
      hasHead = head !== null;
      if (head !== null) yield signedStatementFromJson(head, headMaximumBytes);
    },
    async replace() {
      throw new BackupEngineError('busy', 'this device only reads; the head was not changed');
    },
  };
}
