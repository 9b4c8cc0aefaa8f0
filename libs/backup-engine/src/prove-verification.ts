import { ProofBuilder } from '@coffer/evidence';

import type { OpenedSnapshot } from './opened-snapshot';
import { readCommon } from './prove-common';
import type { Repository } from './repository';
import type { VerifyReport } from './verify';

/**
 * Makes a proof of restorability of what a verification has read and found sound, and hands it in where somebody takes it. Snapshot,
 * indexes, config and keyring are read once more, so that the proof names them as they are.
 *
 * @returns false where nobody takes proofs, where the snapshot is not the current one, which alone a proof can speak of, and where
 *   something was not sound
 * @throws BackupEngineError `damaged`, `missing-object`; what the taker says
 */
export async function handInProof(
  repository: Repository,
  snapshot: OpenedSnapshot,
  { problems, packs, needed, samplePercent }: VerifyReport,
): Promise<boolean> {
  const { access } = repository;
  if (access.proofTaker === undefined || problems.length > 0) return false;
  const current = await repository.head();
  if (current?.head.snapshotId !== snapshot.idHex) return false;
  const builder = new ProofBuilder();
  const { sealedBytes } = await readCommon(repository, snapshot, builder);
  for (const pack of packs) builder.addObject(pack);
  const { counts, indexes } = snapshot.summary;
  const proof = builder.build({
    repositoryId: access.repositoryId,
    keyId: access.keyId,
    headHash: current.hash,
    snapshotId: snapshot.idHex,
    samplePercent,
    createdAtMs: access.clock.nowMs(),
    counts: {
      objects: 1 + indexes.length + needed.packs,
      bytes: sealedBytes + needed.bytes,
      files: counts.files,
      conversations: counts.conversations,
      messages: counts.messages,
    },
  });
  await access.proofTaker.take(proof);
  return true;
}
