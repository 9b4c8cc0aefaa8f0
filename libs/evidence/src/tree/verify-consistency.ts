import { equalBytes } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { emptyRoot, hashNode } from './tree-hash';

/** A claim that a tree is an earlier one with leaves appended. Sizes reach 2^64-1 as bigint. */
export interface ConsistencyClaim {
  readonly fromSize: number | bigint;
  readonly toSize: number | bigint;
  /** 32 bytes. */
  readonly fromRoot: Uint8Array;
  /** 32 bytes. */
  readonly toRoot: Uint8Array;
  /** Hashes of 32 bytes. */
  readonly proof: readonly Uint8Array[];
}

/**
 * Verifies a consistency proof (RFC 6962, section 2.1.2; RFC 9162, section 2.1.4.2). Trees of equal size need equal roots and
 * an empty proof. The empty tree says nothing about what follows: from size 0 only the empty tree itself is consistent.
 *
 * @throws EvidenceError `consistency-invalid` / `wrong-proof`
 */
export function verifyConsistency(claim: ConsistencyClaim): void {
  const from = BigInt(claim.fromSize);
  const to = BigInt(claim.toSize);
  if (from < 0n || to < from) throw invalid();
  if (from === to) {
    if (claim.proof.length > 0 || !equalBytes(claim.fromRoot, claim.toRoot)) throw invalid();
    if (from === 0n && !equalBytes(claim.toRoot, emptyRoot())) throw invalid();
    return;
  }
  if (from === 0n || claim.proof.some((hash) => hash.length !== 32)) throw invalid();
  const { fromRoot, toRoot } = recompute(from, to, claim);
  if (!equalBytes(fromRoot, claim.fromRoot) || !equalBytes(toRoot, claim.toRoot)) throw invalid();
}

function recompute(from: bigint, to: bigint, claim: ConsistencyClaim): { fromRoot: Uint8Array; toRoot: Uint8Array } {
  let index = from - 1n;
  let last = to - 1n;
  while (index % 2n === 1n) {
    index /= 2n;
    last /= 2n;
  }
  // A complete old tree is its own first hash; otherwise the proof starts with it.
  const path = index === 0n ? [claim.fromRoot, ...claim.proof] : claim.proof;
  const [first, ...rest] = path;
  if (first === undefined) throw invalid();
  let fromRoot = first;
  let toRoot = first;
  for (const hash of rest) {
    if (last === 0n) throw invalid();
    if (index % 2n === 1n || index === last) {
      fromRoot = hashNode(hash, fromRoot);
      toRoot = hashNode(hash, toRoot);
      while (index % 2n === 0n && index !== 0n) {
        index /= 2n;
        last /= 2n;
      }
    } else {
      toRoot = hashNode(toRoot, hash);
    }
    index /= 2n;
    last /= 2n;
  }
  if (last !== 0n) throw invalid();
  return { fromRoot, toRoot };
}

function invalid(): EvidenceError {
  return new EvidenceError(
    'consistency-invalid',
    'wrong-proof',
    'the ledger’s tree is not shown to grow from the earlier one; keep both checkpoints as evidence',
  );
}
