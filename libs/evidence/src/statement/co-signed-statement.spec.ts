import { sha256 } from '@coffer/crypto';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  coSignedStatementFromJson,
  coSignedStatementToJson,
  coSignVaultStatement,
  decodeVaultBody,
  encodeVaultBody,
  EvidenceError,
  signVaultStatement,
  verifyCoSignedStatement,
  type CoSignedStatement,
  type EvidenceReason,
  type RotationBody,
} from '../index';
import {
  account,
  anId,
  newOwnerPublicKey,
  newOwnerSecret,
  nowMs,
  ownerPublicKey,
  ownerSecret,
  vaultBodies,
  vaultId,
} from '../../test/samples';

const keys = { former: ownerSecret, next: newOwnerSecret };
const terms = {
  ...{ vaultId, account, generation: 1, serial: 0, previousSerial: 0, challenge: seed('challenge') },
  expiresAtMs: nowMs + 1,
};
const body = vaultBodies.rotate;
const signed = coSignVaultStatement(keys, { ...terms, purpose: 'rotate' }, body);
const expected = { purpose: 'rotate' as const, vaultId, account, generation: 1, ownerPublicKey, nowMs };
const verify = (act: CoSignedStatement, change: object = {}) =>
  verifyCoSignedStatement(act, { ...expected, ...change });

function reasonOf(act: () => unknown): EvidenceReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as EvidenceError).reason;
  }
}

describe('verifyCoSignedStatement', () => {
  it('takes what both keys have signed', () => {
    expect(verify(signed).body).toEqual(body);
    const act = coSignVaultStatement(keys, { ...terms, purpose: 'rotation-record' }, vaultBodies['rotation-record']);
    expect(verifyCoSignedStatement(act, { ...expected, purpose: 'rotation-record' }).statement.purpose).toBe(
      'rotation-record',
    );
  });

  it.each<[string, CoSignedStatement]>([
    ['the former key alone signed it', { ...signed, coSignature: signed.signature }],
    ['the new key alone signed it', { ...signed, signature: signed.coSignature }],
    ['the two changed places', { ...signed, signature: signed.coSignature, coSignature: signed.signature }],
    ['the new key signed another statement', { ...signed, coSignature: otherStatement().coSignature }],
    ['a third key signed in its place', { ...signed, coSignature: thirdKey().signature }],
  ])('refuses when %s', (_case, act) => {
    expect(reasonOf(() => verify(act))).toBe('bad-signature');
  });

  it('refuses another generation, account or body', () => {
    expect(reasonOf(() => verify(signed, { generation: 2 }))).toBe('wrong-generation');
    expect(reasonOf(() => verify(signed, { account: anId }))).toBe('wrong-account');
    expect(reasonOf(() => verify({ ...signed, body: otherStatement().body }))).toBe('body-mismatch');
    expect(reasonOf(() => verify(signed, { ownerPublicKey: newOwnerPublicKey }))).toBe('bad-signature');
  });

  function otherStatement(): CoSignedStatement {
    return coSignVaultStatement(keys, { ...terms, purpose: 'rotate' }, { ...body, heads: [] });
  }

  function thirdKey() {
    return signVaultStatement(vaultSecret(), { ...terms, purpose: 'rotate' }, body);
  }

  function vaultSecret() {
    return sha256(seed('a third key')) as typeof ownerSecret;
  }
});

describe('the body of a rotation', () => {
  it.each<[string, Partial<RotationBody>]>([
    ['brings the key that is there', { newOwnerPublicKey: ownerPublicKey }],
    ['leaves nothing but a passkey', { activated: body.activated.filter(({ kind }) => kind === 'passkey') }],
    ['activates nothing', { activated: [] }],
    ['activates two passwords', { activated: [...body.activated, body.activated[1]!] }],
    ['activates the 64 digits twice', { activated: [{ kind: 'digits' }, { kind: 'digits' }] }],
    ['activates one passkey twice', { activated: [...body.activated, body.activated[2]!] }],
    ['lists a repository twice', { heads: [body.heads[1]!, body.heads[1]!] }],
    ['has a head that follows nothing', { heads: [{ ...body.heads[0]!, expected: null }] }],
    ['removes a keyslot twice', { removed: [anId, anId] }],
    ['names an unheard-of kind', { activated: [{ kind: 'contact' } as never] }],
  ])('is refused where it %s', (_case, change) => {
    expect(reasonOf(() => encodeVaultBody('rotate', { ...body, ...change }))).toBe('malformed');
  });

  it('survives its encoding, also where the only keyslot was shredded and none is left to remove', () => {
    for (const each of [body, { ...body, removed: [] }]) {
      expect(decodeVaultBody('rotate', encodeVaultBody('rotate', each))).toEqual(each);
    }
  });
});

describe('coSignedStatementFromJson', () => {
  it('reads what was written, and nothing else', () => {
    const json = coSignedStatementToJson(signed);
    expect(coSignedStatementFromJson(JSON.parse(JSON.stringify(json)))).toEqual(signed);
    const { coSignature, ...alone } = json;
    for (const wrong of [alone, { ...json, coSignature: coSignature.slice(1) }, { ...json, more: '' }, null, 'x']) {
      expect(reasonOf(() => coSignedStatementFromJson(wrong))).toBe('malformed');
    }
    expect(reasonOf(() => coSignedStatementFromJson({ ...json, coSignature: `${coSignature.slice(1)}!` }))).toBe(
      'malformed',
    );
  });
});
