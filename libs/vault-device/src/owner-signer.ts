import type { CoSignedStatement as CoSignedText, SignedStatement as SignedStatementText } from '@coffer/contracts';
import { deriveKeyId, deriveOwnerKey, type BackupKey, type KeyId, type OwnerKey } from '@coffer/device-crypto';
import {
  coSignedStatementToJson,
  coSignVaultStatement,
  signRepositoryStatement,
  signedStatementToJson,
  signVaultStatement,
  type CoSignedPurpose,
  type RepositoryBodies,
  type RepositoryPurpose,
  type SignedStatement,
  type VaultBodies,
  type VaultPurpose,
  type VaultStatementFields,
} from '@coffer/evidence';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { VaultDeviceError } from './errors';

/** How a statement departs from the account's current state. */
export interface StatementTerms {
  /** Default: the account's owner generation, or 1 where nobody has claimed it. */
  readonly generation?: number;
  /** Serial of the password record that the act is about. Default 0: about none. */
  readonly serial?: number;
  /** Serial of the record that it replaces. Default 0. */
  readonly previousSerial?: number;
  /** Base64url; default: a fresh one from the vault. The nonce of a proof is passed here. */
  readonly challenge?: { readonly challenge: string; readonly expiresAt: string };
}

/** Signs for one account with the owner key that its backup key gives. The backup key itself is not kept. */
export class OwnerSigner {
  readonly keyId: KeyId;
  readonly #owner: OwnerKey;
  readonly #account: DeviceAccount;

  /** @throws VaultDeviceError `wrong-key` where the account is owned by another key */
  constructor(account: DeviceAccount, backupKey: BackupKey) {
    this.#account = account;
    this.#owner = deriveOwnerKey(backupKey);
    this.keyId = deriveKeyId(backupKey);
    if (account.ownerPublicKey !== null && !equalBytes(account.ownerPublicKey, this.#owner.publicKey)) {
      throw new VaultDeviceError('wrong-key', 'This is not the key of this account. Nothing was changed.');
    }
  }

  get publicKey(): Uint8Array {
    return this.#owner.publicKey;
  }

  /** An owner-signed act for the vault, with a fresh single-use challenge, as JSON. @throws VaultClientError */
  async vaultStatement<P extends VaultPurpose>(
    purpose: P,
    body: VaultBodies[P],
    terms: StatementTerms = {},
  ): Promise<SignedStatementText> {
    return signedStatementToJson(signVaultStatement(this.#owner.seed, await this.#fields(purpose, terms), body));
  }

  /** An act by which this owner key hands over to `next`: both sign the same bytes. @throws VaultClientError */
  async coSignedStatement<P extends CoSignedPurpose>(
    purpose: P,
    body: VaultBodies[P],
    next: OwnerKey,
    terms: StatementTerms = {},
  ): Promise<CoSignedText> {
    const keys = { former: this.#owner.seed, next: next.seed };
    return coSignedStatementToJson(coSignVaultStatement(keys, await this.#fields(purpose, terms), body));
  }

  async #fields<P extends VaultPurpose>(purpose: P, terms: StatementTerms): Promise<VaultStatementFields<P>> {
    const { challenge, expiresAt } = terms.challenge ?? (await this.#account.client.createChallenge());
    return {
      purpose,
      vaultId: this.#account.vaultIdBytes,
      account: this.#account.accountId,
      generation: terms.generation ?? Math.max(1, this.#account.ownerGeneration),
      serial: terms.serial ?? 0,
      previousSerial: terms.previousSerial ?? 0,
      challenge: fromBase64Url(challenge),
      expiresAtMs: Date.parse(expiresAt),
    };
  }

  /** An owner-signed statement about a repository; needs no vault and no challenge. */
  repositoryStatement<P extends RepositoryPurpose>(
    purpose: P,
    repositoryId: Uint8Array,
    body: RepositoryBodies[P],
  ): SignedStatement {
    return signRepositoryStatement(this.#owner.seed, { purpose, repositoryId, keyId: this.keyId }, body);
  }
}
