import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  hashHead,
  proofFoundations,
  requireProofFoundations,
  type ProofObject,
  type ProofOfRestorability,
} from '../index';
import { head, sampleProof } from '../../test/samples';

const [configPath, keyringPath] = proofFoundations(head) as [string, string];
const object = (path: string): ProofObject => ({ path, sizeBytes: 10, sha256: seed(path) });
const sample = sampleProof();
/** The sample, of this head, with config and keyring behind its own objects and under every item. */
const at = sample.objects.length;
const whole: ProofOfRestorability = {
  ...sample,
  keyId: head.keyId,
  headHash: hashHead(head),
  objects: [...sample.objects, object(configPath), object(keyringPath)],
  items: sample.items.map((item) => ({ ...item, objects: [...item.objects, at, at + 1] })),
};

describe('proofFoundations', () => {
  it('names config and the keyring of the head', () => {
    const keyId = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 0xff);
    expect(proofFoundations({ keyId, keyringVersion: 12 })).toEqual(['config', 'keyring/00010203040506ff-12']);
  });
});

describe('requireProofFoundations', () => {
  it('takes a proof whose items all rest on them', () => {
    expect(() => requireProofFoundations(whole, head)).not.toThrow();
    expect(() => requireProofFoundations({ ...whole, items: [] }, head)).not.toThrow();
  });

  it.each<[string, Partial<ProofOfRestorability>]>([
    ['lists neither', { objects: sample.objects, items: sample.items }],
    ['lists no item', { objects: sample.objects, items: [] }],
    ['lists them under no item', { items: sample.items }],
    ['lists the keyring under its items, not the config', { items: without(at) }],
    ['lists the config under its items, not the keyring', { items: without(at + 1) }],
    ['lists them under all items but one', { items: [...whole.items.slice(1), sample.items[0]!] }],
    ['lists a keyring of another version', { objects: renamed(`${keyringPath}0`) }],
    ['lists a keyring of another key', { objects: renamed('keyring/0000000000000000-1') }],
  ])('refuses one that %s', (_what, change) => {
    expect(() => requireProofFoundations({ ...whole, ...change }, head)).toThrow(
      expect.objectContaining({ code: 'statement-invalid', reason: 'wrong-proof' }),
    );
  });

  it('refuses one of another head or by another key', () => {
    for (const change of [{ headHash: seed('other') }, { keyId: seed('other', 8) }]) {
      expect(() => requireProofFoundations({ ...whole, ...change }, head)).toThrow(
        expect.objectContaining({ reason: 'wrong-head' }),
      );
    }
  });
});

function without(index: number): ProofOfRestorability['items'] {
  return whole.items.map((item) => ({ ...item, objects: item.objects.filter((other) => other !== index) }));
}

function renamed(path: string): ProofOfRestorability['objects'] {
  return whole.objects.map((known) => (known.path === keyringPath ? { ...known, path } : known));
}
