import type { CertificateBody, LedgerEventKind } from '@coffer/evidence';
import type { CborValue, Clock } from '@coffer/foundation';

import type { FoundObject } from './found-object';
import type { AccountStanding, PurgeJob } from './purge-job';
import type { PurgeObject } from './purge-object';

/** The right to work on one account, for a while. */
export interface PurgeLease {
  readonly accountId: string;
  /** Grows with every lease of the account; a write under a smaller one than the newest is refused. */
  readonly fencingToken: number;
}

/** Everything that a step reads of an account at once. */
export interface PurgeRecord {
  readonly job: PurgeJob;
  readonly objects: readonly PurgeObject[];
}

/** An event for the account's ledger chain. */
export interface PurgeEvent {
  readonly kind: Extract<LedgerEventKind, 'plaintext-deleted' | 'certificate'>;
  readonly atMs: number;
  readonly details: Readonly<Record<string, CborValue>>;
}

/** Something that the person is told. */
export interface PurgeNotice {
  readonly kind: 'plaintext-reappeared' | 'plaintext-waiting' | 'purge-needs-auth' | 'purge-finished' | 'purge-failed';
  readonly atMs: number;
  /** Null where it is about the whole purge. */
  readonly objectId: string | null;
}

/** A certificate that was signed and is stored with the change that it ends. */
export interface SignedCertificate {
  /** = purge id of the round. */
  readonly certificateId: string;
  readonly body: CertificateBody;
  /** Text of the signed note. */
  readonly note: string;
  /** SHA-256 of the body's CBOR, 32 bytes; what the ledger event carries. */
  readonly bodyHash: Uint8Array;
  /** Clear paths for the person: those of `body.objects`, then those of `body.retained`. */
  readonly names: readonly string[];
}

/** What one step changes, all of it or nothing. */
export interface PurgeChanges {
  readonly job?: PurgeJob;
  /** Each with the revision that was loaded (0: a new row); stored with the next one. */
  readonly objects: readonly PurgeObject[];
  readonly events: readonly PurgeEvent[];
  readonly notices: readonly PurgeNotice[];
  readonly certificate?: SignedCertificate;
}

/** Storage of jobs and rows; implemented by libs/database. */
export interface PurgeRows {
  /** @throws PurgeError `fenced-out` */
  load(lease: PurgeLease): Promise<PurgeRecord>;
  /**
   * Stores all changes in one transaction, the events at the end of the account's chain.
   *
   * @throws PurgeError `fenced-out` where the lease is not the newest, `conflict` where a revision is not the stored one or a
   *   new row names a copy that has a row; then nothing was stored
   */
  commit(lease: PurgeLease, changes: PurgeChanges): Promise<void>;
}

/** Where the account stands; implemented by libs/database. */
export interface AccountReader {
  /** Read from the primary, never from a cache. */
  standing(accountId: string): Promise<AccountStanding>;
}

/** A sealed object that a proof lists. */
export interface ProvenCiphertext {
  /** Relative to the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the sealed bytes, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** A proof of restorability that the vault verified and accepted, cut down to one of its items. */
export interface AcceptedProof {
  readonly proofId: string;
  /** SHA-256 of the proof's body, 32 bytes. */
  readonly proofHash: Uint8Array;
  readonly acceptedAtMs: number;
  readonly repositoryId: string;
  /** Key id that the proof names, 16 lower-case hexadecimal digits. */
  readonly keyIdHex: string;
  /** Owner generation whose key signed it. */
  readonly ownerGeneration: number;
  /** SHA-256 of the plaintext that the item restores to, 32 bytes, and its size. */
  readonly sha256: Uint8Array;
  readonly sizeBytes: number;
  /** Everything that the item needs, all of it read by the device. */
  readonly ciphertext: readonly ProvenCiphertext[];
}

/** Accepted proofs; implemented by libs/database. */
export interface ProofStore {
  /** The newest accepted proof with an item of exactly these bytes, whichever copy it named; undefined where there is none. */
  find(accountId: string, sha256: Uint8Array, sizeBytes: number): Promise<AcceptedProof | undefined>;
}

/** The server's own look at sealed objects. */
export interface RepositoryReader {
  /** Fetches the whole object. @returns undefined where there is none @throws CofferError where the store cannot be read */
  measure(repositoryId: string, path: string): Promise<{ sizeBytes: number; sha256: Uint8Array } | undefined>;
  /** Size without fetching. @returns undefined where there is none @throws CofferError where the store cannot be read */
  sizeOf(repositoryId: string, path: string): Promise<number | undefined>;
}

/** What came of a delete. */
export type DeleteOutcome =
  | { readonly outcome: 'deleted'; readonly requestId: string }
  /** It was seen before, and is gone. */
  | { readonly outcome: 'absent'; readonly requestId: string }
  /** Another version or other bytes: nothing was deleted. */
  | { readonly outcome: 'changed' }
  /** Nothing was deleted. */
  | { readonly outcome: 'locked'; readonly untilMs: number };

/** What a delete is conditional on. */
export interface ExpectedObject {
  /** As in the found object. */
  readonly version: string;
  readonly etag: string | null;
  /** 32 bytes; null for markers and parts of uploads. */
  readonly sha256: Uint8Array | null;
}

/** A second look at a location. */
export interface ConnectorListing {
  readonly found: readonly FoundObject[];
  /** The provider's id of the (last) request. */
  readonly requestId: string;
}

/** One provider of plaintext backups. Every method throws ConnectorError, and no other error, for what the provider did. */
export interface ConnectorPort {
  /** Every copy at a location that the rules take for a plaintext backup, versions, trash and left-overs included. */
  inventory(location: string): AsyncIterable<FoundObject>;
  /** The same look, as evidence. */
  listAgain(location: string): Promise<ConnectorListing>;
  /** Streams exactly this version through SHA-256. @throws ConnectorError `absent`, `changed`, … */
  sha256(object: FoundObject): Promise<{ sha256: Uint8Array; sizeBytes: number }>;
  /** Deletes exactly this version, for good. @throws ConnectorError, where nothing is known to be deleted */
  delete(object: FoundObject, expected: ExpectedObject): Promise<DeleteOutcome>;
}

/** Signs deletion certificates with the deployment's key. */
export interface CertificateSigner {
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** 16 random bytes, for the salted hash of one path. */
  newPathSalt(): Uint8Array;
  /** @returns the signed note (`signCertificate` of libs/evidence) */
  sign(body: CertificateBody): Promise<string>;
}

/** Everything that a step may touch. */
export interface PurgePorts {
  readonly clock: Clock;
  readonly rows: PurgeRows;
  readonly accounts: AccountReader;
  readonly proofs: ProofStore;
  readonly repositories: RepositoryReader;
  /** @returns undefined where the deployment has no such connector (any more) */
  connector(provider: string): ConnectorPort | undefined;
  readonly signer: CertificateSigner;
  /** A new UUIDv7. */
  newId(): string;
  /** Uniform in [0, 1), for jitter. */
  random(): number;
}
