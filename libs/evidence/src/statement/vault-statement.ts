import type { VaultBodies, VaultPurpose } from './vault-bodies';

/** What the signer of a vault statement says besides the body. */
export interface VaultStatementFields<P extends VaultPurpose = VaultPurpose> {
  readonly purpose: P;
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** UUIDv7. */
  readonly account: string;
  /** Owner generation under which the statement is made; 1 on a first claim. */
  readonly generation: number;
  /** Serial of the password record that the act is about; 0 where it is about none. */
  readonly serial: number;
  /** Serial of the record that it replaces; 0 where there is none. */
  readonly previousSerial: number;
  /** 32 bytes, from the vault, single-use. */
  readonly challenge: Uint8Array;
  readonly expiresAtMs: number;
}

/** A vault statement as it was signed. */
export interface VaultStatement<P extends VaultPurpose = VaultPurpose> extends VaultStatementFields<P> {
  readonly v: 1;
  readonly scope: 'vault';
  /** SHA-256 of the body's CBOR. */
  readonly bodyHash: Uint8Array;
}

/** What the verifier knows by itself. Each given field must be met exactly. */
export interface ExpectedVaultStatement<P extends VaultPurpose = VaultPurpose> {
  readonly purpose: P;
  readonly vaultId: Uint8Array;
  readonly account: string;
  readonly generation: number;
  /**
   * 32 bytes: the account's owner key. `'carried'`, for `activate-digits` and `password-record` on a first claim only,
   * verifies with the key in the body.
   */
  readonly ownerPublicKey: Uint8Array | 'carried';
  readonly nowMs: number;
  readonly challenge?: Uint8Array;
  readonly serial?: number;
  readonly previousSerial?: number;
}

/** A statement that held, with its body. */
export interface VerifiedVaultStatement<P extends VaultPurpose = VaultPurpose> {
  readonly statement: VaultStatement<P>;
  readonly body: VaultBodies[P];
}
