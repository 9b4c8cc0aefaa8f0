import { decodeCbor, encodeCbor, type CborValue } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  decodeProof,
  encodeProof,
  EvidenceError,
  ProofBuilder,
  proofCoverage,
  proofHash,
  signVaultStatement,
  verifyVaultStatement,
} from '../index';
import { account, nowMs, ownerPublicKey, ownerSecret, sampleProof, vaultId } from '../../test/samples';

const proof = sampleProof();
const [item, older] = proof.items;

describe('ProofBuilder', () => {
  it('lists each object once and each item by ascending indexes', () => {
    expect(proof.objects.map((object) => object.path)).toEqual([
      'snapshots/1/a1b2c3',
      'packs/1/0f/0f00',
      'packs/1/aa/aa00',
    ]);
    expect(proof.items.map((entry) => entry.objects)).toEqual([[0, 1], [2]]);
    const builder = new ProofBuilder();
    expect(builder.addObject(proof.objects[0]!)).toBe(0);
    expect(builder.addObject(proof.objects[1]!)).toBe(1);
    expect(builder.addObject(proof.objects[0]!)).toBe(0);
  });

  it('refuses an object that changed while it was read', () => {
    const builder = new ProofBuilder();
    const [object] = proof.objects;
    builder.addObject(object!);
    expect(() => builder.addObject({ ...object!, sizeBytes: 1 })).toThrow(EvidenceError);
    expect(() => builder.addObject({ ...object!, sha256: seed('other') })).toThrow(EvidenceError);
  });

  it('refuses an item that needs what was not read', () => {
    expect(() => new ProofBuilder().addItem(item!, 'x', ['packs/1/aa/aa00'])).toThrow(EvidenceError);
  });
});

describe('decodeProof', () => {
  it('inverts encodeProof', () => {
    expect(decodeProof(encodeProof(proof))).toEqual(proof);
  });

  const map = decodeCbor(encodeProof(proof)) as Record<string, CborValue> & {
    readonly objects: readonly Record<string, CborValue>[];
    readonly items: readonly Record<string, CborValue>[];
  };
  const withItem = (change: Record<string, CborValue>): CborValue => ({
    ...map,
    items: [{ ...map.items[0], ...change }],
  });
  it.each<[string, CborValue]>([
    ['a sample of nothing', { ...map, samplePercent: 0 }],
    ['a sample of more than all', { ...map, samplePercent: 101 }],
    ['no object', { ...map, objects: [], items: [] }],
    ['an object twice', { ...map, objects: [...map.objects, map.objects[0]!] }],
    ['an empty object', { ...map, objects: [{ ...map.objects[0], sizeBytes: 0 }], items: [] }],
    ['an item twice', { ...map, items: [map.items[0]!, map.items[0]!] }],
    ['an index outside', withItem({ objects: [3] })],
    ['indexes that fall', withItem({ objects: [1, 0] })],
    ['an index twice', withItem({ objects: [1, 1] })],
    ['an item that needs nothing', withItem({ objects: [] })],
    ['a negative index', withItem({ objects: [-1] })],
    ['a field more in an item', withItem({ note: 'x' })],
    ['a count too few', { ...map, counts: { objects: 1, bytes: 1, files: 1, conversations: 1 } }],
  ])('refuses %s', (_name, value) => {
    expect(() => decodeProof(encodeCbor(value))).toThrow(EvidenceError);
  });

  it('refuses more than 16 MiB before it reads them', () => {
    expect(() => decodeProof(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(
      expect.objectContaining({ reason: 'too-large' }),
    );
  });
});

describe('proofHash', () => {
  it('equals the body hash of the statement', () => {
    const fields = {
      purpose: 'proof',
      vaultId,
      account,
      generation: 1,
      serial: 0,
      previousSerial: 0,
      challenge: seed('nonce'),
      expiresAtMs: nowMs + 86_400_000,
    } as const;
    const signed = signVaultStatement(ownerSecret, fields, proof);
    const read = verifyVaultStatement(signed, { ...fields, ownerPublicKey, nowMs });
    expect(proofHash(read.body)).toEqual(read.statement.bodyHash);
  });
});

describe('proofCoverage', () => {
  it('gives the item and the objects that it rests on', () => {
    expect(proofCoverage(proof, item!)).toEqual({ item, objects: [proof.objects[0], proof.objects[1]] });
    expect(proofCoverage(proof, older!)).toEqual({ item: older, objects: [proof.objects[2]] });
  });

  it.each([
    ['another provider', { provider: 'disk' }],
    ['another place', { location: 's3://bucket/elsewhere' }],
    ['another object', { objectId: 'another' }],
    ['another version', { version: 'v2' }],
    ['another size', { sizeBytes: 12_346 }],
    ['other bytes', { sha256: seed('other bytes') }],
  ])('says nothing about %s', (_name, change) => {
    expect(proofCoverage(proof, { ...item!, ...change })).toBeUndefined();
  });

  it('does not take the bytes of one version for those of another', () => {
    expect(proofCoverage(proof, { ...item!, version: older!.version })).toBeUndefined();
  });
});
