import { fc, test as property } from '@fast-check/vitest';
import { sha256, requireSigningSeed, sign, signingPublicKey } from '@coffer/crypto';
import { concatBytes, decodeCbor, encodeCbor, toHex, utf8, type CborValue } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  decodeVaultBody,
  decodeVaultStatement,
  encodeVaultBody,
  EvidenceError,
  signRepositoryStatement,
  signVaultStatement,
  VaultPurpose,
  verifyVaultStatement,
  type EvidenceReason,
  type ExpectedVaultStatement,
  type SignedStatement,
  type VaultBodies,
} from '../index';
import {
  account,
  anotherAccount,
  keyId,
  nowMs,
  ownerPublicKey,
  ownerSecret,
  repositoryId,
  vaultBodies,
  vaultId,
} from '../../test/samples';

const purposes = Object.values(VaultPurpose);
const fields = {
  vaultId,
  account,
  generation: 3,
  serial: 11,
  previousSerial: 7,
  challenge: seed('challenge'),
  expiresAtMs: nowMs + 300_000,
};
const known = { vaultId, account, generation: 3, ownerPublicKey, nowMs };

function signed(purpose: VaultPurpose): SignedStatement {
  return signVaultStatement(ownerSecret, { ...fields, purpose }, vaultBodies[purpose]);
}

function verifySample(
  purpose: VaultPurpose,
  act: SignedStatement,
  more: Partial<ExpectedVaultStatement> = {},
): unknown {
  return verifyVaultStatement(act, { ...known, ...more, purpose });
}

function reasonOf(act: () => unknown): EvidenceReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as EvidenceError).code).toBe('statement-invalid');
    expect((error as EvidenceError).fields['reason']).toBe((error as EvidenceError).reason);
    return (error as EvidenceError).reason;
  }
}

describe('verifyVaultStatement', () => {
  it.each(purposes)('gives back statement and body of %s', (purpose) => {
    const read = verifyVaultStatement(signed(purpose), { ...known, purpose });
    expect(read.statement).toEqual({
      v: 1,
      scope: 'vault',
      purpose,
      ...fields,
      bodyHash: sha256(encodeVaultBody(purpose, vaultBodies[purpose])),
    });
    expect(read.body).toEqual(vaultBodies[purpose]);
  });

  it('covers every purpose of the wire', () => {
    expect(purposes.length).toBe(25);
    expect(purposes.toSorted()).toEqual(Object.keys(vaultBodies).toSorted());
  });

  it('is a signature over domain, zero byte and statement', () => {
    const { statement, signature } = signed('create-grant');
    const message = concatBytes(utf8('coffer/v1/vault-statement'), Uint8Array.of(0), statement);
    expect(toHex(sign(ownerSecret, message))).toBe(toHex(signature));
  });

  it.each<[EvidenceReason, Partial<ExpectedVaultStatement>]>([
    ['wrong-vault', { vaultId: seed('another vault', 16) }],
    ['wrong-account', { account: anotherAccount }],
    ['wrong-generation', { generation: 2 }],
    ['wrong-generation', { generation: 4 }],
    ['wrong-serial', { serial: 12 }],
    ['wrong-serial', { previousSerial: 0 }],
    ['wrong-challenge', { challenge: seed('another challenge') }],
    ['expired', { nowMs: fields.expiresAtMs }],
    ['bad-signature', { ownerPublicKey: signingPublicKey(requireSigningSeed(seed('another owner'))) }],
    ['bad-signature', { ownerPublicKey: new Uint8Array(32) }],
    ['wrong-key', { ownerPublicKey: 'carried' }],
  ])('refuses with %s when the verifier knows %j', (reason, more) => {
    const act = signed('create-grant');
    expect(reasonOf(() => verifySample('create-grant', act, more))).toBe(reason);
  });

  it('accepts serials and challenge that are as expected, up to the last millisecond', () => {
    const { serial, previousSerial, challenge, expiresAtMs } = fields;
    verifySample('create-grant', signed('create-grant'), {
      serial,
      previousSerial,
      challenge,
      nowMs: expiresAtMs - 1,
    });
  });

  it('refuses every purpose under every other purpose', () => {
    for (const purpose of purposes) {
      for (const other of purposes) {
        const reason = reasonOf(() => verifySample(other, signed(purpose)));
        expect(reason).toBe(purpose === other ? undefined : 'wrong-purpose');
      }
    }
  });

  it('refuses a repository statement of the same owner', () => {
    const act = signRepositoryStatement(ownerSecret, { purpose: 'snapshot', repositoryId, keyId }, seed('body'));
    expect(reasonOf(() => verifySample('create-grant', act))).toBe('malformed');
  });

  it('refuses a body that was exchanged for another valid one', () => {
    const body = encodeVaultBody('create-grant', { repositoryId: seed('another repository', 16) });
    expect(reasonOf(() => verifySample('create-grant', { ...signed('create-grant'), body }))).toBe('body-mismatch');
  });

  it.each(purposes)('refuses %s after any changed byte of statement, signature or body', (purpose) => {
    const act = signed(purpose);
    for (const part of ['statement', 'signature', 'body'] as const) {
      for (let at = 0; at < act[part].length; at++) {
        const changed = act[part].slice();
        changed[at]! ^= 1 << (at % 8);
        const reason = reasonOf(() => verifySample(purpose, { ...act, [part]: changed }));
        expect(reason, `${part} byte ${at}`).not.toBeUndefined();
      }
    }
  });

  property.prop([fc.constantFrom(...purposes), fc.nat(), fc.nat({ max: 7 }), fc.constantFrom('statement', 'body')])(
    'refuses a changed bit also where the signer is known and only the hash stands between',
    (purpose, where, bit, part) => {
      const act = signed(purpose);
      const changed = act[part].slice();
      changed[where % changed.length]! ^= 1 << bit;
      expect(reasonOf(() => verifySample(purpose, { ...act, [part]: changed }))).not.toBeUndefined();
    },
  );

  it('refuses cut and lengthened parts', () => {
    const act = signed('start-purge');
    for (const part of ['statement', 'signature', 'body'] as const) {
      const { [part]: bytes } = act;
      for (const other of [bytes.slice(0, -1), concatBytes(bytes, Uint8Array.of(0)), new Uint8Array(0)]) {
        expect(reasonOf(() => verifySample('start-purge', { ...act, [part]: other }))).not.toBeUndefined();
      }
    }
  });

  it('refuses a body above its limit before it is read', () => {
    const act = { ...signed('create-grant'), body: new Uint8Array(17 * 1024) };
    expect(reasonOf(() => verifySample('create-grant', act))).toBe('too-large');
    expect(reasonOf(() => verifySample('create-grant', { ...act, statement: new Uint8Array(2000) }))).toBe('too-large');
  });

  it('leaves its inputs as they were', () => {
    const act = signed('delete-objects');
    const copies = [act.statement.slice(), act.signature.slice(), act.body.slice()];
    verifySample('delete-objects', act);
    expect([act.statement, act.signature, act.body]).toEqual(copies);
  });
});

describe('a carried owner key', () => {
  it.each(['activate-digits', 'password-record'] as const)('verifies %s on a first claim', (purpose) => {
    const read = verifyVaultStatement(signed(purpose), { ...known, purpose, ownerPublicKey: 'carried' });
    expect(read.body.ownerPublicKey).toEqual(ownerPublicKey);
  });

  it('is refused when somebody else signed', () => {
    const stranger = requireSigningSeed(seed('stranger'));
    const act = signVaultStatement(stranger, { ...fields, purpose: 'activate-digits' }, vaultBodies['activate-digits']);
    expect(reasonOf(() => verifySample('activate-digits', act, { ownerPublicKey: 'carried' }))).toBe('bad-signature');
  });

  it('is refused when the account is owned by another key', () => {
    const stranger = signingPublicKey(requireSigningSeed(seed('stranger')));
    const body = { ...vaultBodies['activate-digits'], ownerPublicKey: stranger };
    const act = signVaultStatement(ownerSecret, { ...fields, purpose: 'activate-digits' }, body);
    expect(reasonOf(() => verifySample('activate-digits', act))).toBe('wrong-key');
  });

  it.each(purposes.filter((purpose) => !('ownerPublicKey' in vaultBodies[purpose])))('is refused for %s', (purpose) => {
    expect(reasonOf(() => verifySample(purpose, signed(purpose), { ownerPublicKey: 'carried' }))).toBe('wrong-key');
  });
});

describe('decodeVaultBody', () => {
  const withoutField = (value: CborValue, name: string): CborValue =>
    Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== name));

  it.each(purposes)('refuses %s with a field missing, added or of another type', (purpose) => {
    const map = decodeCbor(encodeVaultBody(purpose, vaultBodies[purpose])) as Record<string, CborValue>;
    const variants: CborValue[] = [{ ...map, more: 1 }, [], null, 7];
    for (const name of Object.keys(map)) {
      variants.push(withoutField(map, name), { ...map, [name]: true }, { ...map, [name]: {} });
      variants.push({ ...map, [name]: new Uint8Array(33_000) });
    }
    for (const variant of variants) {
      expect(reasonOf(() => decodeVaultBody(purpose, encodeCbor(variant)))).toMatch(/malformed|too-large/);
    }
  });

  it('A28: refuses -1, a half, NaN, text and what is beyond 2^53-1 for every number of every purpose', () => {
    const seen: string[] = [];
    const refuse = (purpose: VaultPurpose, name: string, withNumber: (bad: unknown) => object): void => {
      seen.push(`${purpose} ${name}`);
      for (const bad of [-1, 0.5, NaN, Infinity, '10', 2 ** 53]) {
        const body = withNumber(bad) as never;
        expect([purpose, name, bad, reasonOf(() => encodeVaultBody(purpose, body))]).toEqual([
          purpose,
          name,
          bad,
          'malformed',
        ]);
      }
    };
    for (const purpose of purposes) {
      const body = vaultBodies[purpose] as object;
      for (const [name, value] of Object.entries(body) as [string, unknown][]) {
        if (typeof value === 'number') refuse(purpose, name, (bad) => ({ ...body, [name]: bad }));
        if (name !== 'ksf') continue;
        const numbers = Object.entries(value as object).filter(([, each]) => typeof each === 'number');
        for (const [each] of numbers) {
          refuse(purpose, each, (bad) => ({ ...body, ksf: { ...(value as object), [each]: bad } }));
          // Within what a byte holds lies no cost that protects a password.
          for (const small of each === 'memoryKiB' ? [0, 10, 256] : [0, 256]) {
            const weak = { ...body, ksf: { ...(value as object), [each]: small } } as never;
            expect([purpose, each, small, reasonOf(() => encodeVaultBody(purpose, weak))]).toEqual([
              purpose,
              each,
              small,
              'malformed',
            ]);
          }
        }
      }
    }
    expect(seen).toEqual(
      expect.arrayContaining(['guess-veto seconds', 'password-record memoryKiB', 'resume-purge graceSeconds']),
    );
  });

  it.each<[string, () => unknown]>([
    ['a path that climbs', () => withPath('packs/../../etc')],
    ['an absolute path', () => withPath('/packs/1')],
    ['a path with an empty part', () => withPath('packs//1')],
    ['a hidden part', () => withPath('packs/.x')],
    ['a path with a blank', () => withPath('packs/a b')],
    ['a path of another script', () => withPath('packs/ä')],
    ['a long path', () => withPath('a'.repeat(513))],
    ['the same path twice', () => encodeVaultBody('delete-objects', { ...deletion, paths: ['a', 'a'] })],
    ['no path', () => encodeVaultBody('delete-objects', { ...deletion, paths: [] })],
    ['10,001 paths', () => encodeVaultBody('delete-objects', { ...deletion, paths: many(10_001) })],
    ['an upper-case id', () => encodeVaultBody('remove-keyslot', { keyslotId: account.toUpperCase() })],
    [
      'an id of version 4',
      () => encodeVaultBody('remove-keyslot', { keyslotId: 'c9bf9e57-1685-4c89-bafb-ff5af830be8a' }),
    ],
    ['too little memory', () => withKsf({ memoryKiB: 65_535 })],
    ['too much memory', () => withKsf({ memoryKiB: 262_145 })],
    ['too few passes', () => withKsf({ iterations: 2 })],
    ['half a lane', () => withKsf({ parallelism: 0.5 })],
    ['a veto of more than 72 hours', () => encodeVaultBody('guess-veto', { seconds: 259_201 })],
    ['a veto of less than nothing', () => encodeVaultBody('guess-veto', { seconds: -1 })],
    ['a veto of half a second', () => encodeVaultBody('guess-veto', { seconds: 0.5 })],
    ['fewer pins than none', () => encodeVaultBody('remove-repository', { repositoryId, pins: -1 })],
    ['a negative offset', () => encodeVaultBody('read-plaintext', { ...vaultBodies['read-plaintext'], offset: -1 })],
    ['a range of nothing', () => encodeVaultBody('read-plaintext', { ...vaultBodies['read-plaintext'], length: 0 })],
    ['a lone surrogate', () => encodeVaultBody('release-pin', { ...vaultBodies['release-pin'], itemPath: '\ud800' })],
    ['a reason in prose', () => encodeVaultBody('quarantine-plaintext', { objectId: account, reason: 'It is broken' })],
  ])('refuses %s', (_name, act) => {
    expect(reasonOf(act)).toBe('malformed');
  });

  it('takes 10,000 paths', () => {
    const body: VaultBodies['delete-objects'] = { ...deletion, paths: many(10_000) };
    expect(decodeVaultBody('delete-objects', encodeVaultBody('delete-objects', body))).toEqual(body);
  });

  it('names the field and not what was in it', () => {
    try {
      withPath('packs/secret name');
      expect.unreachable();
    } catch (error) {
      expect((error as EvidenceError).fields['field']).toBe('paths[0]');
      expect((error as EvidenceError).message).not.toContain('secret');
    }
  });

  const deletion = vaultBodies['delete-objects'];
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `packs/1/aa/${index}`);
  const withPath = (path: string): unknown => encodeVaultBody('delete-objects', { ...deletion, paths: [path] });
  const withKsf = (change: object): unknown =>
    encodeVaultBody('password-record', {
      ...vaultBodies['password-record'],
      ksf: { ...vaultBodies['password-record'].ksf, ...change },
    });
});

describe('decodeVaultStatement', () => {
  const map = decodeCbor(signed('create-grant').statement) as Record<string, CborValue>;

  it.each<[string, Record<string, CborValue>]>([
    ['another version', { v: 2 }],
    ['the other scope', { scope: 'repository' }],
    ['an unknown purpose', { purpose: 'rotate-everything' }],
    ['generation 0', { generation: 0 }],
    ['a negative serial', { serial: -1 }],
    ['a serial beyond 2^53-1', { serial: 2n ** 53n }],
    ['a short challenge', { challenge: new Uint8Array(31) }],
    ['a long vault id', { vaultId: new Uint8Array(17) }],
    ['an instant after the year 9999', { expiresAtMs: 253_402_300_800_000 }],
    ['a field more', { hint: 'x' }],
  ])('refuses %s', (_name, change) => {
    expect(reasonOf(() => decodeVaultStatement(encodeCbor({ ...map, ...change })))).toBe('malformed');
  });

  it('refuses another encoding of the same statement', () => {
    const { statement } = signed('create-grant');
    // 0xab: a map of 11; 0xb8 0x0b says the same in two bytes.
    expect(statement[0]).toBe(0xab);
    const longer = concatBytes(Uint8Array.of(0xb8, 11), statement.slice(1));
    expect(reasonOf(() => decodeVaultStatement(longer))).toMatch(/not-canonical|malformed/);
    expect(reasonOf(() => decodeVaultStatement(concatBytes(statement, Uint8Array.of(0))))).toBe('malformed');
  });
});
