import { describe, expect, it } from 'vitest';

import { hashOf } from '../test/purge-world';
import { evaluateConditions, type ConditionInput } from './conditions';
import type { FoundObject } from './found-object';
import type { AcceptedProof } from './ports';
import type { AccountStanding, PurgeMandate } from './purge-job';
import { discoveredObject } from './transition';

const nowMs = 1_000_000_000;
const hour = 3_600_000;
const bytes = hashOf('bytes');
const proof: AcceptedProof = {
  ...{
    proofId: 'p',
    proofHash: hashOf('proof'),
    acceptedAtMs: nowMs,
    repositoryId: 'r',
    keyIdHex: 'a1',
    ownerGeneration: 2,
  },
  ...{ sha256: bytes, sizeBytes: 5, ciphertext: [{ path: 'packs/1', sizeBytes: 9, sha256: hashOf('sealed') }] },
};
const mandate: PurgeMandate = {
  consentAtMs: nowMs - hour,
  start: { atMs: nowMs - hour, ownerGeneration: 2, graceSeconds: null },
  stoppedAtMs: null,
};
const standing: AccountStanding = {
  ...{ mandate, ownerGeneration: 2, keyIdHex: 'a1', ownerKeyBoundAtMs: 0, provenKeyslots: 1 },
  ...{ isNewStartPending: false, isSealed: false, lastKeyEventAtMs: nowMs - 2 * hour },
};
const found: FoundObject = {
  ...{ provider: 'cloud', location: 'sam', providerObjectId: 'a', copyId: '', version: '1', kind: 'current' },
  ...{ path: 'a', name: 'a', sizeBytes: 5, modifiedMs: 7, etag: null, verdict: 'plaintext-backup' },
};
const object = {
  ...discoveredObject('o', found),
  ...{ sha256: bytes, hashedAtMs: nowMs - hour, proofId: 'p', ciphertextCheckedAtMs: nowMs - hour },
};
const good: ConditionInput = { object, proof, standing, nowMs, settings: { hashMaxAgeMs: 24 * hour } };

const evaluate = (change: Partial<ConditionInput>): ReturnType<typeof evaluateConditions> =>
  evaluateConditions({ ...good, ...change });
const withStanding = (change: Partial<AccountStanding>): Partial<ConditionInput> => ({
  standing: { ...standing, ...change },
});
const withMandate = (change: Partial<PurgeMandate>): Partial<ConditionInput> =>
  withStanding({ mandate: { ...mandate, ...change } });

describe('evaluateConditions', () => {
  it('holds when all four do', () => {
    expect(evaluate({})).toEqual({ holds: true, exactBytes: [], ciphertext: [], keys: [], mandate: [] });
  });

  it.each([
    ['the object was never hashed', { object: { ...object, sha256: null } }, 'hash-too-old'],
    ['its hash is a day old', { object: { ...object, hashedAtMs: nowMs - 24 * hour } }, 'hash-too-old'],
    ['there is no proof', { proof: undefined }, 'no-proof'],
    [
      'a device could not read them',
      { object: { ...object, report: { version: '1', sha256: bytes, reason: 'not-a-backup' } } },
      'unreadable-by-device',
    ],
    ['the proof is of other bytes', { proof: { ...proof, sha256: hashOf('other') } }, 'no-proof'],
    ['the proof is of another size', { proof: { ...proof, sizeBytes: 6 } }, 'no-proof'],
    ['the ciphertext was compared for another proof', { object: { ...object, proofId: 'q' } }, 'no-proof'],
  ] as const)('fails on the bytes when %s', (_when, change, reason) => {
    expect(evaluate(change)).toMatchObject({ holds: false, exactBytes: [reason], keys: [], mandate: [] });
  });

  it.each([
    ['was never compared', { object: { ...object, ciphertextCheckedAtMs: null } }],
    ['was compared a day ago', { object: { ...object, ciphertextCheckedAtMs: nowMs - 24 * hour } }],
    ['is an empty list', { proof: { ...proof, ciphertext: [] } }],
  ])('fails on the ciphertext when it %s', (_when, change) => {
    expect(evaluate(change)).toMatchObject({ holds: false, exactBytes: [], ciphertext: ['ciphertext-out-of-reach'] });
  });

  it.each([
    ['no keyslot is proven', withStanding({ provenKeyslots: 0 }), 'no-proven-keyslot'],
    ['the key id is another', { proof: { ...proof, keyIdHex: 'b2' } }, 'key-changed'],
    ['a former owner key signed the proof', { proof: { ...proof, ownerGeneration: 1 } }, 'key-changed'],
  ] as const)('fails on the keys when %s', (_when, change, reason) => {
    expect(evaluate(change)).toMatchObject({ holds: false, exactBytes: [], keys: [reason] });
  });

  it.each([
    ['it was stopped', withMandate({ stoppedAtMs: nowMs }), 'stopped-by-person'],
    ['the account is sealed', withStanding({ isSealed: true }), 'account-sealed'],
    ['a new start is pending', withStanding({ isNewStartPending: true }), 'new-start-pending'],
    ['there is no consent', withMandate({ consentAtMs: null }), 'no-consent'],
    ['nothing was started', withMandate({ start: null }), 'not-started'],
    [
      'it was started by a former owner key',
      withMandate({ start: { ...mandate.start!, ownerGeneration: 1 } }),
      'started-before-key-event',
    ],
    ['a key event came after the start', withStanding({ lastKeyEventAtMs: nowMs }), 'started-before-key-event'],
    [
      'a key event came at the same instant',
      withStanding({ lastKeyEventAtMs: nowMs - hour }),
      'started-before-key-event',
    ],
  ] as const)('fails on the mandate when %s', (_when, change, reason) => {
    expect(evaluate(change)).toMatchObject({ holds: false, keys: [], mandate: [reason] });
  });

  describe('with a release', () => {
    const release = { sha256: bytes, sizeBytes: 5, modifiedMs: 7, ownerGeneration: 2 };
    const released = { ...object, proofId: null, ciphertextCheckedAtMs: null, release };

    it('needs neither proof nor ciphertext, and all the rest', () => {
      expect(evaluate({ object: released, proof: undefined }).holds).toBe(true);
      expect(evaluate({ object: released, proof: undefined, ...withMandate({ start: null }) }).holds).toBe(false);
      expect(evaluate({ object: { ...released, hashedAtMs: 0 }, proof: undefined }).holds).toBe(false);
    });

    it.each([
      ['hash', { sha256: hashOf('other') }],
      ['size', { sizeBytes: 6 }],
      ['date', { modifiedMs: 8 }],
      ['owner', { ownerGeneration: 1 }],
    ])('is void when its %s is another', (_what, change) => {
      const other = { ...released, release: { ...release, ...change } };
      expect(evaluate({ object: other, proof: undefined })).toMatchObject({ holds: false, exactBytes: ['no-proof'] });
    });
  });

  it('asks of a delete marker only for keys and mandate', () => {
    const marker = { ...discoveredObject('o', { ...found, kind: 'delete-marker' }) };
    expect(evaluate({ object: marker, proof: undefined }).holds).toBe(true);
    expect(evaluate({ object: marker, proof: undefined, ...withStanding({ provenKeyslots: 0 }) }).holds).toBe(false);
  });
});
