import type { RepositoryBodies, RepositoryPurpose } from './repository-bodies';

/** What the signer of a repository statement says besides the body. */
export interface RepositoryStatementFields<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly purpose: P;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
}

/** A repository statement as it was signed. */
export interface RepositoryStatement<
  P extends RepositoryPurpose = RepositoryPurpose,
> extends RepositoryStatementFields<P> {
  readonly v: 1;
  readonly scope: 'repository';
  /** SHA-256 of the body's CBOR. For `head` this is the head hash. */
  readonly bodyHash: Uint8Array;
}

/** What the verifier knows by itself. */
export interface ExpectedRepositoryStatement<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly purpose: P;
  readonly repositoryId: Uint8Array;
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly ownerPublicKey: Uint8Array;
}

/** A statement that held, with its body. */
export interface VerifiedRepositoryStatement<P extends RepositoryPurpose = RepositoryPurpose> {
  readonly statement: RepositoryStatement<P>;
  readonly body: RepositoryBodies[P];
}
