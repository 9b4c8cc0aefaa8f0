import type { Head, ProofOfRestorability, SignedStatement } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import type { Database, Queryable } from '../database';
import { DatabaseError } from '../errors';
import { decodePurgeObject } from '../purge/purge-record';
import type { SqlValue } from '../statement';
import * as sql from './repository-statements';

/** A repository as the vault knows it. */
export interface RepositoryRow {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly createdAtMs: number;
  /** 0 while no head was written. */
  readonly headGeneration: number;
  readonly headHash: Uint8Array | null;
  /** The head as it was signed; null while none was written. */
  readonly head: SignedStatement | null;
  readonly pruneGeneration: number;
}

/** A pin that holds. */
export interface PinRow {
  readonly snapshotId: string;
  readonly itemPath: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
  readonly proofId: string;
  readonly objects: number;
  readonly pinnedAtMs: number;
  /** When the plaintext object was last written; when it was pinned, where the vault no longer knows. */
  readonly modifiedMs: number;
  /** The found plaintext object that the item stands for. */
  readonly objectId: string;
}

/** A verified proof on its way into the database. */
export interface ProofToAccept {
  readonly accountId: string;
  readonly ownerGeneration: number;
  readonly ownerPublicKey: Uint8Array;
  readonly signed: SignedStatement;
  readonly proof: ProofOfRestorability;
  readonly proofHash: Uint8Array;
}

/** What may be asked of one repository inside a transaction that has locked it. */
export interface RepositoryTransaction {
  /** @returns undefined where the account has no such repository */
  lock(accountId: string, repositoryId: Uint8Array): Promise<RepositoryRow | undefined>;
  /** @returns whether the head was replaced; false where it is not (any more) the one that `next` follows */
  /** @param isBackup - whether it names another snapshot than the head before, and not for prune */
  swapHead(
    accountId: string,
    next: Head,
    headHash: Uint8Array,
    signed: SignedStatement,
    isBackup: boolean,
  ): Promise<boolean>;
  /** Stores the proof and pins its items; older pins of the same bytes end. @returns the proof's id */
  acceptProof(proof: ProofToAccept): Promise<string>;
  /** Those of `paths` that a pin relies on. */
  pinnedPaths(accountId: string, repositoryId: Uint8Array, paths: readonly string[]): Promise<readonly string[]>;
  /** From here on the repository is gone for its account, and its pins end. @returns how many pins ended */
  remove(accountId: string, repositoryId: Uint8Array): Promise<number>;
  /** @returns how many pins ended */
  releasePins(accountId: string, item: ReleasedItem): Promise<number>;
}

/** Names an item exactly; only pins that match in every field end. */
export interface ReleasedItem {
  readonly repositoryId: Uint8Array;
  readonly snapshotId: string;
  readonly itemPath: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

/** Repositories, heads, proofs and pins on PostgreSQL. */
export interface RepositoryStore {
  /** @returns whether a repository was made; false where its id is taken, by whomever */
  create(transaction: Queryable, accountId: string, repositoryId: Uint8Array, keyId: Uint8Array): Promise<boolean>;
  list(accountId: string): Promise<readonly RepositoryRow[]>;
  find(accountId: string, repositoryId: Uint8Array): Promise<RepositoryRow | undefined>;
  pins(accountId: string, repositoryId: Uint8Array): Promise<readonly PinRow[]>;
  within(transaction: Queryable): RepositoryTransaction;
}

/** @see RepositoryStore */
export function repositoryStore(database: Database): RepositoryStore {
  return {
    create: async (transaction, accountId, repositoryId, keyId) =>
      (await transaction.change(sql.insertRepository, [accountId, repositoryId, keyId])) === 1,
    list: async (accountId) => (await database.rows<StoredRepository>(sql.readRepositories, [accountId])).map(toRow),
    find: async (accountId, repositoryId) => {
      const [row] = await database.rows<StoredRepository>(sql.readRepository, [accountId, repositoryId]);
      return row === undefined ? undefined : toRow(row);
    },
    pins: async (accountId, repositoryId) =>
      (await database.rows<StoredPin>(sql.readPins, [accountId, repositoryId])).map(toPin),
    within,
  };
}

/** A repository as its row has it. */
export interface StoredRepository extends Omit<RepositoryRow, 'head'> {
  readonly statement: Uint8Array | null;
  readonly signature: Uint8Array | null;
  readonly body: Uint8Array | null;
}

type StoredPin = Omit<PinRow, 'modifiedMs'> & { readonly record: Uint8Array | null };

function toPin({ record, ...pin }: StoredPin): PinRow {
  return { ...pin, modifiedMs: record === null ? pin.pinnedAtMs : decodePurgeObject(record).found.modifiedMs };
}

/** The row with its head put together. */
export function toRow({ statement, signature, body, ...row }: StoredRepository): RepositoryRow {
  const head = statement === null || signature === null || body === null ? null : { statement, signature, body };
  return { ...row, head };
}

function within(transaction: Queryable): RepositoryTransaction {
  return {
    lock: async (accountId, repositoryId) => {
      const [row] = await transaction.rows<StoredRepository>(sql.lockRepository, [accountId, repositoryId]);
      return row === undefined ? undefined : toRow(row);
    },
    swapHead: async (accountId, next, headHash, signed, isBackup) => {
      const values = [...swapValues(accountId, next, headHash, signed), isBackup];
      return (await transaction.change(sql.swapHead, values)) === 1;
    },
    acceptProof: (proof) => acceptProof(transaction, proof),
    pinnedPaths: async (accountId, repositoryId, paths) => {
      const rows = await transaction.rows<{ path: string }>(sql.pinnedPaths, [accountId, repositoryId, paths]);
      return rows.map(({ path }) => path);
    },
    remove: async (accountId, repositoryId) => {
      await transaction.change(sql.markRemoved, [accountId, repositoryId]);
      return transaction.change(sql.releaseAllPins, [accountId, repositoryId]);
    },
    releasePins: (accountId, item) =>
      transaction.change(sql.releasePins, [
        accountId,
        item.repositoryId,
        item.snapshotId,
        item.itemPath,
        item.sizeBytes,
        item.sha256,
      ]),
  };
}

/** Values of `swapHead`, and the first ones of `rekeyWithHead`. */
export function swapValues(accountId: string, next: Head, headHash: Uint8Array, signed: SignedStatement): SqlValue[] {
  return [
    accountId,
    next.repositoryId,
    next.previous,
    next.generation,
    headHash,
    signed.statement,
    signed.signature,
    signed.body,
    next.pruneGeneration,
  ];
}

async function acceptProof(transaction: Queryable, accepted: ProofToAccept): Promise<string> {
  const { accountId, proof, proofHash, signed, ownerGeneration, ownerPublicKey } = accepted;
  const proofId = newUuid();
  const isPlain = proof.items.length === 0;
  if (isPlain) await transaction.change(sql.dropPlainProofs, [accountId, proof.repositoryId]);
  await transaction.change(sql.insertProof, [
    accountId,
    proofId,
    proof.repositoryId,
    proof.snapshotId,
    proof.keyId,
    ownerGeneration,
    ownerPublicKey,
    proof.headHash,
    proofHash,
    signed.statement,
    signed.signature,
    signed.body,
  ]);
  if (isPlain) return proofId;
  const stored = await transaction.change(sql.insertProofObjects, [
    accountId,
    proofId,
    proof.repositoryId,
    proof.objects.map(({ path }) => path),
    proof.objects.map(({ sizeBytes }) => sizeBytes),
    proof.objects.map(({ sha256 }) => sha256),
  ]);
  if (stored !== proof.objects.length) throw new DatabaseError('failed', 'not every object of the proof was stored');
  for (const item of proof.items) {
    await transaction.change(sql.insertPin, [
      accountId,
      newUuid(),
      proof.repositoryId,
      proofId,
      proof.snapshotId,
      item.itemPath,
      item.sha256,
      item.sizeBytes,
      item.provider,
      item.location,
      item.objectId,
      item.version,
      item.objects,
    ]);
    await transaction.change(sql.supersedePins, [accountId, proof.repositoryId, item.sha256, item.sizeBytes, proofId]);
  }
  return proofId;
}
