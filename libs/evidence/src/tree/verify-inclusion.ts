import { equalBytes } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { hashNode } from './tree-hash';

/** A claim that a leaf is in a tree. Sizes and indexes reach 2^64-1 as bigint. */
export interface InclusionClaim {
  /** Counts from 0. */
  readonly leafIndex: number | bigint;
  readonly treeSize: number | bigint;
  /** 32 bytes; `hashLeaf` of the entry. */
  readonly leafHash: Uint8Array;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Hashes of 32 bytes, from the leaf upwards. */
  readonly proof: readonly Uint8Array[];
}

/**
 * Verifies an inclusion proof (RFC 6962, section 2.1.1; RFC 9162, section 2.1.3.2).
 *
 * @throws EvidenceError `inclusion-invalid` / `wrong-proof`
 */
export function verifyInclusion(claim: InclusionClaim): void {
  const size = BigInt(claim.treeSize);
  let index = BigInt(claim.leafIndex);
  if (index < 0n || index >= size || claim.leafHash.length !== 32) throw invalid();
  let last = size - 1n;
  let hash = claim.leafHash;
  for (const sibling of claim.proof) {
    // Above the root there is nothing to join: the proof is too long.
    if (last === 0n || sibling.length !== 32) throw invalid();
    if (index % 2n === 1n || index === last) {
      hash = hashNode(sibling, hash);
      // A last node without a right sibling moves up unjoined.
      while (index % 2n === 0n && index !== 0n) {
        index /= 2n;
        last /= 2n;
      }
    } else {
      hash = hashNode(hash, sibling);
    }
    index /= 2n;
    last /= 2n;
  }
  if (last !== 0n || !equalBytes(hash, claim.root)) throw invalid();
}

function invalid(): EvidenceError {
  return new EvidenceError('inclusion-invalid', 'wrong-proof', 'the entry is not shown to be in the ledger’s tree');
}
