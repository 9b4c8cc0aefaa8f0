import { readdirSync } from 'node:fs';
import { describeWithTestData } from '@coffer/test-kit';
import { expect, it } from 'vitest';

import {
  consistencyProof,
  EvidenceError,
  hashLeaf,
  inclusionProof,
  MemoryHashes,
  openCheckpoint,
  parseVerifierKey,
  TreeBuilder,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../index';

const key = parseVerifierKey('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx');
const log = 'vectors/tlog-tiles-tessera/log';

describeWithTestData('the tlog-tiles log of transparency-dev/tessera', (data) => {
  const notes = readdirSync(data.path(log))
    .filter((name) => name.startsWith('checkpoint'))
    .map((name) => Buffer.from(data.bytes(log, name)).toString());
  const checkpoints = notes.map((note) => openCheckpoint(note, key));
  const bundle = data.bytes(log, 'tile/entries/000.p/15');

  function entries(): readonly Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let at = 0; at < bundle.length;) {
      const length = bundle[at]! * 256 + bundle[at + 1]!;
      found.push(bundle.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return found;
  }

  function grown(): MemoryHashes {
    const hashes = new MemoryHashes();
    const builder = TreeBuilder.empty();
    for (const entry of entries()) hashes.store(builder.append(hashLeaf(entry)));
    return hashes;
  }

  it('has 17 checkpoints and every signature holds', () => {
    expect(checkpoints.length).toBe(17);
    expect(checkpoints.every(({ origin }) => origin === 'example.com/log/testdata')).toBe(true);
  });

  it('has the leaf hashes of its tile and the root of every checkpoint', async () => {
    const hashes = grown();
    const tile = data.bytes(log, 'tile/0/000.p/15');
    const leaves = await hashes.read(Array.from({ length: 15 }, (_, index) => ({ level: 0, index })));
    expect(leaves).toEqual(Array.from({ length: 15 }, (_, index) => tile.slice(index * 32, index * 32 + 32)));
    for (const { size, root } of checkpoints) expect(await treeRoot(hashes, size)).toEqual(root);
  });

  it('is consistent between any two checkpoints', async () => {
    const hashes = grown();
    let pairs = 0;
    for (const from of checkpoints) {
      for (const to of checkpoints) {
        if (from.size < 1 || from.size > to.size) continue;
        const proof = await consistencyProof(hashes, from.size, to.size);
        verifyConsistency({ fromSize: from.size, toSize: to.size, fromRoot: from.root, toRoot: to.root, proof });
        pairs++;
      }
    }
    // Sizes 0 to 15, the last one twice: 15 sizes from 1 on, 120 pairs, and 17 more with the doubled one.
    expect(pairs).toBe(120 + 17);
  });

  it('includes every entry under every checkpoint that is large enough', async () => {
    const hashes = grown();
    let cases = 0;
    for (const { size, root } of checkpoints) {
      for (const [leafIndex, entry] of entries().slice(0, size).entries()) {
        const proof = await inclusionProof(hashes, leafIndex, size);
        verifyInclusion({ leafIndex, treeSize: size, leafHash: hashLeaf(entry), root, proof });
        cases++;
      }
    }
    expect(cases).toBe(120 + 15);
  });

  it('refuses each checkpoint after any changed byte of its text', () => {
    for (const note of notes.slice(0, 3)) {
      const bytes = Buffer.from(note);
      for (let at = 0; at < bytes.indexOf('\n\n'); at++) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1;
        expect(() => openCheckpoint(changed.toString(), key)).toThrow(EvidenceError);
      }
    }
  });
});
