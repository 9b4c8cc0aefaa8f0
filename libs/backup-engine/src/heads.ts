import {
  hashHead,
  signRepositoryStatement,
  verifyRepositoryStatement,
  EvidenceError,
  type Head,
  type SignedStatement,
} from '@coffer/evidence';
import { toHex, toRfc3339 } from '@coffer/foundation';

import type { DeviceMemory, SeenState } from './device-memory';
import { BackupEngineError } from './errors';
import type { CurrentHead, HeadKeeper } from './head-keeper';
import type { RepositoryAccess } from './repository-access';
import { headOfAnotherKey, refuseFormerKey, underAnotherKey, type ForeignHead } from './rotation/foreign-heads';

/** What is needed to read a head: less than an open repository, since the head comes before the keyring. */
export type HeadAccess = Pick<RepositoryAccess, 'repositoryId' | 'keyId' | 'ownerKey' | 'memory' | 'clock'> & {
  readonly headKeeper: HeadKeeper;
};

/**
 * The current head: the first that the keeper offers and whose signature holds. Refused where this device has seen a newer
 * state (docs/format/v1.md, "Head").
 *
 * @returns undefined where there is no backup yet
 * @throws BackupEngineError `head-rolled-back`; `damaged` where there are heads and none is the owner's
 */
export async function readHead(access: HeadAccess): Promise<CurrentHead | undefined> {
  const current = await firstValid(access);
  await refuseOlder(access, current);
  return current;
}

/** Remembers a head as seen, where the device does not already: a durable write costs more than all else in a small run. */
export async function rememberHead(
  { memory, clock, repositoryId }: Pick<HeadAccess, 'memory' | 'clock' | 'repositoryId'>,
  { head, hash }: CurrentHead,
): Promise<void> {
  const { generation, keyringVersion, epoch } = head;
  const headHashHex = toHex(hash);
  const seen = await recall(memory, repositoryId);
  const isKnown =
    seen?.headHashHex === headHashHex &&
    seen.generation === generation &&
    seen.keyringVersion === keyringVersion &&
    seen.epoch === epoch;
  if (isKnown) return;
  const state: SeenState = { generation, keyringVersion, epoch, headHashHex, atMs: clock.nowMs() };
  await memory.remember(toHex(repositoryId), state);
}

/** Signs a head. */
export function signHead(
  access: Pick<RepositoryAccess, 'repositoryId' | 'keyId' | 'ownerKey'>,
  head: Head,
): CurrentHead {
  const { repositoryId, keyId, ownerKey } = access;
  const signed = signRepositoryStatement(ownerKey.seed, { purpose: 'head', repositoryId, keyId }, head);
  return { head, hash: hashHead(head), signed };
}

async function firstValid(access: HeadAccess): Promise<CurrentHead | undefined> {
  let [isAnyOffered, isAnyForged] = [false, false];
  let above: ForeignHead | undefined;
  for await (const signed of access.headKeeper.read()) {
    isAnyOffered = true;
    const head = verified(access, signed);
    if (head !== undefined) {
      if (above !== undefined) await refuseFormerKey(access, head, above);
      return { head, hash: hashHead(head), signed };
    }
    const foreign = headOfAnotherKey(access, signed);
    if (foreign === undefined) isAnyForged = true;
    else above = foreign;
  }
  if (!isAnyOffered) return undefined;
  if (above !== undefined && !isAnyForged) throw underAnotherKey(access, above);
  // What the owner did not sign must not pass for nothing: a full backup would look empty.
  throw new BackupEngineError(
    'damaged',
    'no head in this repository bears the signature of its owner; nothing was read',
  );
}

function verified({ repositoryId, keyId, ownerKey }: HeadAccess, signed: SignedStatement): Head | undefined {
  const expected = { purpose: 'head', repositoryId, keyId, ownerPublicKey: ownerKey.publicKey } as const;
  try {
    return verifyRepositoryStatement(signed, expected).body;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

async function refuseOlder(access: HeadAccess, current: CurrentHead | undefined): Promise<void> {
  const seen = await recall(access.memory, access.repositoryId);
  if (seen === undefined) return;
  const head = current?.head;
  const isOlder =
    head === undefined ||
    head.generation < seen.generation ||
    head.keyringVersion < seen.keyringVersion ||
    head.epoch < seen.epoch ||
    (head.generation === seen.generation && toHex(current!.hash) !== seen.headHashHex);
  if (!isOlder) return;
  const shown = head === undefined ? 'no backup at all' : `backup number ${head.generation}`;
  throw new BackupEngineError(
    'head-rolled-back',
    `the store shows ${shown}, but on ${toRfc3339(seen.atMs)} this device saw backup number ${seen.generation}: the store ` +
      'was set back, or serves an old copy. Nothing was read or written. Ask whoever runs the store',
    { fields: { shown: head?.generation ?? 0, seen: seen.generation } },
  );
}

function recall(memory: DeviceMemory, repositoryId: Uint8Array): Promise<SeenState | undefined> {
  return memory.recall(toHex(repositoryId));
}
