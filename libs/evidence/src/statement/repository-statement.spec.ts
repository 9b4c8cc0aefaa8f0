import { requireSigningSeed, sha256, signingPublicKey } from '@coffer/crypto';
import { encodeCbor } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  decodeRepositoryStatement,
  encodeRepositoryBody,
  EvidenceError,
  hashHead,
  RepositoryPurpose,
  signRepositoryStatement,
  verifyRepositoryStatement,
  type EvidenceReason,
  type ExpectedRepositoryStatement,
  type PruneList,
  type PruneMark,
  type SignedStatement,
} from '../index';
import { head, keyId, nowMs, ownerPublicKey, ownerSecret, repositoryBodies, repositoryId } from '../../test/samples';
import { signingDomains } from './signing-domain';

const purposes = Object.values(RepositoryPurpose);

function signed(purpose: RepositoryPurpose): SignedStatement {
  return signRepositoryStatement(ownerSecret, { purpose, repositoryId, keyId }, repositoryBodies[purpose]);
}

function verify(
  purpose: RepositoryPurpose,
  act: SignedStatement,
  more: Partial<ExpectedRepositoryStatement> = {},
): unknown {
  return verifyRepositoryStatement(act, { repositoryId, keyId, ownerPublicKey, ...more, purpose });
}

function reasonOf(act: () => unknown): EvidenceReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as EvidenceError).code).toBe('statement-invalid');
    return (error as EvidenceError).reason;
  }
}

describe('verifyRepositoryStatement', () => {
  it.each(purposes)('gives back statement and body of %s', (purpose) => {
    const act = signed(purpose);
    const read = verifyRepositoryStatement(act, { purpose, repositoryId, keyId, ownerPublicKey });
    expect(read.statement).toEqual({
      v: 1,
      scope: 'repository',
      purpose,
      repositoryId,
      keyId,
      bodyHash: sha256(act.body),
    });
    expect(read.body).toEqual(repositoryBodies[purpose]);
  });

  it('names the hash of a head', () => {
    const read = verifyRepositoryStatement(signed('head'), { purpose: 'head', repositoryId, keyId, ownerPublicKey });
    expect(read.statement.bodyHash).toEqual(hashHead(head));
  });

  it.each<[EvidenceReason, Partial<ExpectedRepositoryStatement>]>([
    ['wrong-repository', { repositoryId: seed('another repository', 16) }],
    ['wrong-key-id', { keyId: seed('another key id', 8) }],
    ['bad-signature', { ownerPublicKey: signingPublicKey(requireSigningSeed(seed('another owner'))) }],
  ])('refuses with %s', (reason, more) => {
    for (const purpose of purposes) expect(reasonOf(() => verify(purpose, signed(purpose), more))).toBe(reason);
  });

  it('refuses every purpose under every other purpose', () => {
    for (const purpose of purposes) {
      for (const other of purposes.filter((candidate) => candidate !== purpose)) {
        expect(reasonOf(() => verify(other, signed(purpose)))).toBe('wrong-purpose');
      }
    }
  });

  it.each<[EvidenceReason, object]>([
    ['wrong-repository', { repositoryId: seed('another repository', 16) }],
    ['wrong-key-id', { keyId: seed('another key id', 8) }],
  ])('refuses with %s a head that names another than its statement', (reason, change) => {
    const fields = { purpose: 'head', repositoryId, keyId } as const;
    const act = signRepositoryStatement(ownerSecret, fields, { ...head, ...change });
    expect(reasonOf(() => verify('head', act))).toBe(reason);
  });

  it.each(purposes)('refuses %s after any changed byte of statement, signature or body', (purpose) => {
    const act = signed(purpose);
    for (const part of ['statement', 'signature', 'body'] as const) {
      for (let at = 0; at < act[part].length; at++) {
        const changed = act[part].slice();
        changed[at]! ^= 1 << (at % 8);
        const reason = reasonOf(() => verify(purpose, { ...act, [part]: changed }));
        expect(reason, `${part} byte ${at}`).not.toBeUndefined();
      }
    }
  });

  it('refuses a head above its limit before it is read', () => {
    expect(reasonOf(() => verify('head', { ...signed('head'), body: new Uint8Array(1025) }))).toBe('too-large');
  });
});

describe('encodeRepositoryBody', () => {
  it.each<[string, () => unknown]>([
    ['the same mark twice', () => marks(mark, mark)],
    ['a mark without a time', () => marks({ path: 'a', decidedAtMs: null } as never)],
    ['a mark that does not say whether it was decided', () => marks({ path: 'a', atMs: nowMs } as never)],
    ['a path that climbs', () => marks({ ...mark, path: '../a' })],
    ['the same snapshot twice', () => pruneList({ snapshots: ['a', 'a'] })],
    ['no head that it belongs to', () => pruneList({ generation: 0 })],
    ['a negative prune generation', () => pruneList({ pruneGeneration: -1 })],
  ])('refuses %s', (_name, act) => {
    expect(reasonOf(act)).toBe('malformed');
  });

  it('takes an empty prune list', () => {
    expect(pruneList({}).length).toBeGreaterThan(0);
  });

  const mark: PruneMark = { path: 'a', atMs: nowMs, decidedAtMs: null };
  const pruneList = (change: Partial<PruneList>): Uint8Array =>
    encodeRepositoryBody('prune-list', { pruneGeneration: 1, generation: 1, snapshots: [], marks: [], ...change });
  const marks = (...list: PruneMark[]): Uint8Array => pruneList({ marks: list });
});

describe('decodeRepositoryStatement', () => {
  it('refuses what is no map', () => {
    for (const value of [null, 1, 'x', [], new Uint8Array(2)]) {
      expect(reasonOf(() => decodeRepositoryStatement(encodeCbor(value)))).toBe('malformed');
    }
  });
});

describe('signingDomains', () => {
  it('has no domain twice and none that starts another', () => {
    const domains = Object.values(signingDomains);
    for (const domain of domains) {
      expect(domains.filter((other) => other.startsWith(domain))).toEqual([domain]);
    }
  });
});
