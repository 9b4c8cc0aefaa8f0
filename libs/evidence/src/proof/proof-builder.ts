import { equalBytes } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import type {
  PlaintextIdentity,
  ProofCounts,
  ProofItem,
  ProofObject,
  ProofOfRestorability,
} from './proof-of-restorability';

/** Collects, while a device validates a snapshot, what it may say afterwards. */
export class ProofBuilder {
  readonly #objects: ProofObject[] = [];
  readonly #indexByPath = new Map<string, number>();
  readonly #items: ProofItem[] = [];

  /**
   * Notes a sealed object that was fetched, hashed and opened. The same object may be noted again.
   *
   * @returns its index in the proof
   * @throws EvidenceError `statement-invalid` / `wrong-proof` where the same path had another size or hash before: the store
   *   changed an object that is never rewritten
   */
  addObject(object: ProofObject): number {
    const known = this.#indexByPath.get(object.path);
    if (known !== undefined) {
      const before = this.#objects[known]!;
      if (before.sizeBytes !== object.sizeBytes || !equalBytes(before.sha256, object.sha256)) {
        throw new EvidenceError('statement-invalid', 'wrong-proof', 'an object changed while it was being verified', {
          fields: { path: object.path },
        });
      }
      return known;
    }
    const index = this.#objects.push(object) - 1;
    this.#indexByPath.set(object.path, index);
    return index;
  }

  /**
   * Notes that `itemPath` gives back the bytes of a plaintext object.
   *
   * @param paths - every sealed object that the item needs; each must have been added
   * @throws EvidenceError `statement-invalid` / `wrong-proof` where one was not: nothing is claimed that was not read
   */
  addItem(plaintext: PlaintextIdentity, itemPath: string, paths: Iterable<string>): void {
    const indexes = new Set<number>();
    for (const path of paths) {
      const index = this.#indexByPath.get(path);
      if (index === undefined) {
        throw new EvidenceError('statement-invalid', 'wrong-proof', 'an item needs an object that was not read', {
          fields: { path },
        });
      }
      indexes.add(index);
    }
    const { provider, location, objectId, version, sizeBytes, sha256 } = plaintext;
    const objects = [...indexes].sort((left, right) => left - right);
    this.#items.push({ provider, location, objectId, version, sizeBytes, sha256, itemPath, objects });
  }

  /** The body of the statement `proof`. `counts.objects` and `counts.bytes` are those of the snapshot, not of the sample. */
  build(facts: {
    readonly repositoryId: Uint8Array;
    readonly keyId: Uint8Array;
    readonly headHash: Uint8Array;
    readonly snapshotId: string;
    readonly samplePercent: number;
    readonly createdAtMs: number;
    readonly counts: ProofCounts;
  }): ProofOfRestorability {
    return { v: 1, ...facts, objects: [...this.#objects], items: [...this.#items] };
  }
}
