import { equalBytes, toHex } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { hashHead, type Head } from '../head/head';
import type { ProofOfRestorability } from './proof-of-restorability';

/**
 * Paths of what every object of a repository rests on under one head: without its config and its keyring nothing opens
 * (docs/format/v1.md, "Layout").
 */
export function proofFoundations({ keyId, keyringVersion }: Pick<Head, 'keyId' | 'keyringVersion'>): readonly string[] {
  return ['config', `keyring/${toHex(keyId)}-${keyringVersion}`];
}

/**
 * Holds a proof against the head that it was made of: by the same key, and every item rests on the head's config and keyring, so
 * that what pins the item pins them too.
 *
 * @throws EvidenceError `statement-invalid` / `wrong-head`, `wrong-proof`
 */
export function requireProofFoundations(proof: ProofOfRestorability, head: Head): void {
  if (!equalBytes(proof.headHash, hashHead(head)) || !equalBytes(proof.keyId, head.keyId)) {
    throw new EvidenceError('statement-invalid', 'wrong-head', 'the proof was made of another head');
  }
  const indexes = proofFoundations(head).map((path) => proof.objects.findIndex((object) => object.path === path));
  const isWhole = proof.items.every(({ objects }) => indexes.every((index) => objects.includes(index)));
  if (indexes.includes(-1) || !isWhole) {
    throw new EvidenceError(
      'statement-invalid',
      'wrong-proof',
      'an item of the proof does not name the config and the keyring that it rests on',
    );
  }
}
