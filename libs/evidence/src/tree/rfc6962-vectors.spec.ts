import { readdirSync } from 'node:fs';
import { describeWithTestData } from '@coffer/test-kit';
import { expect, it } from 'vitest';

import { EvidenceError } from '../errors';
import { verifyConsistency, verifyInclusion } from '../index';

/** Integers as bigint: these vectors reach 2^64-1, which JSON.parse alone would round. */
function parseExact(text: string): Record<string, unknown> {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? BigInt(context!.source!) : value,
  ) as Record<string, unknown>;
}

function bytes(base64: unknown): Uint8Array {
  return new Uint8Array(Buffer.from((base64 as string | null) ?? '', 'base64'));
}

function hashes(list: unknown): readonly Uint8Array[] {
  return ((list as readonly string[] | null) ?? []).map(bytes);
}

function holds(verify: () => void): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    return false;
  }
}

describeWithTestData('RFC 6962 vectors of transparency-dev/merkle', (data) => {
  const files = (folder: string): readonly Record<string, unknown>[] =>
    readdirSync(data.path('vectors/merkle-rfc6962', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => parseExact(Buffer.from(data.bytes('vectors/merkle-rfc6962', folder, name)).toString()));

  it('verifies or refuses all 98 inclusion proofs', () => {
    const cases = files('inclusion');
    for (const { leafIdx, treeSize, root, leafHash, proof, desc, wantErr } of cases) {
      const claim = {
        leafIndex: leafIdx as bigint,
        treeSize: treeSize as bigint,
        root: bytes(root),
        leafHash: bytes(leafHash),
        proof: hashes(proof),
      };
      expect(
        holds(() => verifyInclusion(claim)),
        desc as string,
      ).toBe(!(wantErr as boolean));
    }
    expect(cases.length).toBe(98);
    expect(cases.some(({ leafIdx }) => leafIdx === 2n ** 64n - 1n)).toBe(true);
  });

  it('verifies or refuses all 98 consistency proofs', () => {
    const cases = files('consistency');
    for (const { size1, size2, root1, root2, proof, desc, wantErr } of cases) {
      const claim = {
        fromSize: size1 as bigint,
        toSize: size2 as bigint,
        fromRoot: bytes(root1),
        toRoot: bytes(root2),
        proof: hashes(proof),
      };
      expect(
        holds(() => verifyConsistency(claim)),
        desc as string,
      ).toBe(!(wantErr as boolean));
    }
    expect(cases.length).toBe(98);
  });
});
