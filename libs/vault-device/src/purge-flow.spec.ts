import type { Account, PurgeObject } from '@coffer/contracts';
import { generateBackupKey } from '@coffer/device-crypto';
import { signedStatementFromJson, verifyVaultStatement, type ProofOfRestorability } from '@coffer/evidence';
import { newUuid, toBase64Url, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import type { VaultClient } from '@coffer/vault-client';
import { describe, expect, it } from 'vitest';
import {
  listFoundObjects,
  openDeviceAccount,
  OwnerSigner,
  plaintextIdentity,
  readPlaintext,
  releasePlaintext,
  reportUnreadable,
  startPurge,
  submitProof,
} from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const vaultId = toBase64Url(vaultIdBytes);
const pinned = { vaultId, opaqueServerPublicKey: toBase64Url(seed('opaque')) };
const accountId = newUuid();
const mebibyte = 1024 * 1024;

const object = (change: Partial<PurgeObject> = {}): PurgeObject => ({
  objectId: newUuid(),
  provider: 'disk',
  location: 'cloud/sam',
  path: 'msgstore.db',
  name: 'msgstore.db',
  version: '1-2-3',
  kind: 'current',
  sizeBytes: 20 * mebibyte,
  modifiedAt: toRfc3339(0),
  sha256: toBase64Url(seed('plaintext')),
  state: 'waiting-for-backup',
  bucket: 'waiting',
  reason: null,
  dueAt: null,
  ...change,
});

async function connect(routes: object) {
  const account: Account = {
    accountId,
    issuer: 'https://login.example',
    subject: 'sam',
    vaultId,
    ownerGeneration: 0,
    keyId: null,
    ownerPublicKey: null,
    createdAt: toRfc3339(0),
  };
  const expiresAt = toRfc3339(clock.nowMs() + 300_000);
  const client = {
    getAccount: async () => account,
    createChallenge: async () => ({ challenge: toBase64Url(seed('challenge')), expiresAt }),
    createProofNonce: async () => ({ nonce: toBase64Url(seed('nonce')), expiresAt }),
    ...routes,
  } as unknown as VaultClient;
  const device = await openDeviceAccount(client, pinned, clock);
  const signer = new OwnerSigner(device, generateBackupKey());
  const expected = {
    vaultId: vaultIdBytes,
    account: accountId,
    generation: 1,
    ownerPublicKey: signer.publicKey,
    nowMs: clock.nowMs(),
  };
  return { device, signer, expected };
}

describe('listFoundObjects', () => {
  it('goes through all pages', async () => {
    const [first, second] = [object(), object()];
    const { device } = await connect({
      listPurgeObjects: async ({ query }: { query: { cursor?: string } }) =>
        query.cursor === undefined ? { objects: [first], nextCursor: 'next' } : { objects: [second], nextCursor: null },
    });
    expect(await listFoundObjects(device)).toEqual([first, second]);
  });
});

describe('plaintextIdentity', () => {
  it('names version and bytes, and nothing that is not hashed yet', () => {
    expect(plaintextIdentity(object())).toMatchObject({ version: '1-2-3', sha256: seed('plaintext') });
    expect(plaintextIdentity(object({ version: null }))).toMatchObject({ version: '' });
    expect(plaintextIdentity(object({ sha256: null }))).toBeUndefined();
  });
});

describe('readPlaintext', () => {
  it('asks range by range, each signed for exactly its bytes, and leaves nothing out', async () => {
    const asked: { readonly objectId: string; readonly offset: number; readonly length: number }[] = [];
    const wanted = object();
    const { device, signer, expected } = await connect({
      getPurgeObjectContent: async ({ statement }: { statement: unknown }) => {
        const { body } = verifyVaultStatement(signedStatementFromJson(statement), {
          ...expected,
          purpose: 'read-plaintext',
        });
        asked.push(body);
        return { data: new Blob([new Uint8Array(body.length)]).stream(), status: 200, headers: {} };
      },
    });
    let bytes = 0;
    for await (const piece of readPlaintext(device, signer, wanted)) bytes += piece.length;
    expect(bytes).toBe(20 * mebibyte);
    expect(asked.map(({ offset, length }) => [offset / mebibyte, length / mebibyte])).toEqual([
      [0, 8],
      [8, 8],
      [16, 4],
    ]);
    expect(asked.every(({ objectId }) => objectId === wanted.objectId)).toBe(true);
  });

  it('asks for nothing of an empty object', async () => {
    const { device, signer } = await connect({});
    for await (const piece of readPlaintext(device, signer, object({ sizeBytes: 0 }))) expect(piece).toBeUndefined();
  });
});

describe('submitProof', () => {
  it('signs the proof over the vault’s nonce', async () => {
    const proof: ProofOfRestorability = {
      v: 1,
      repositoryId: seed('repository', 16),
      keyId: seed('key id', 8),
      headHash: seed('head'),
      snapshotId: 'a'.repeat(32),
      samplePercent: 100,
      createdAtMs: clock.nowMs(),
      counts: { objects: 1, bytes: 10, files: 1, conversations: 0, messages: 0 },
      objects: [{ path: 'packs/1/aa/bb', sizeBytes: 10, sha256: seed('pack') }],
      items: [{ ...plaintextIdentity(object())!, itemPath: 'Databases/msgstore.db', objects: [0] }],
    };
    let handedIn: unknown;
    const { device, signer, expected } = await connect({
      submitProof: async ({ body }: { body: unknown }) => {
        handedIn = body;
        return { proofId: newUuid(), accepted: [] };
      },
    });
    await submitProof(device, signer, proof);
    const verified = verifyVaultStatement(signedStatementFromJson(handedIn), {
      ...expected,
      purpose: 'proof',
      challenge: seed('nonce'),
    });
    expect(verified.body).toEqual(proof);
  });
});

describe('startPurge', () => {
  it('says that consent was given now', async () => {
    let sent: unknown;
    const { device, signer, expected } = await connect({
      startPurge: async ({ body }: { body: unknown }) => {
        sent = body;
        return {};
      },
    });
    await startPurge(device, signer);
    const { body } = verifyVaultStatement(signedStatementFromJson(sent), { ...expected, purpose: 'start-purge' });
    expect(body).toEqual({ consentAtMs: clock.nowMs(), graceSeconds: null });
  });
});

describe('reportUnreadable', () => {
  it('signs for the one object and the word', async () => {
    let sent: unknown;
    const { device, signer, expected } = await connect({
      quarantinePurgeObject: async ({ body }: { body: unknown }) => {
        sent = body;
        return object({ state: 'quarantined' });
      },
    });
    const { objectId } = object();
    expect(await reportUnreadable(device, signer, objectId, 'damaged')).toMatchObject({ state: 'quarantined' });
    const purpose = 'quarantine-plaintext';
    const { body } = verifyVaultStatement(signedStatementFromJson(sent), { ...expected, purpose });
    expect(body).toEqual({ objectId, reason: 'damaged' });
  });
});

describe('releasePlaintext', () => {
  it('names hash, size and date of what was listed, and nothing that was not hashed', async () => {
    let sent: unknown;
    const { device, signer, expected } = await connect({
      releasePurgeObject: async ({ body }: { body: unknown }) => {
        sent = body;
        return object();
      },
    });
    const listed = object({ modifiedAt: '2026-11-23T10:00:00.123Z' });
    await releasePlaintext(device, signer, listed);
    const purpose = 'release-plaintext';
    const { body } = verifyVaultStatement(signedStatementFromJson(sent), { ...expected, purpose });
    expect(body).toEqual({
      ...{ objectId: listed.objectId, sha256: seed('plaintext'), sizeBytes: listed.sizeBytes },
      modifiedMs: Date.parse(listed.modifiedAt),
    });
    const unread = releasePlaintext(device, signer, object({ sha256: null }));
    await expect(unread).rejects.toMatchObject({ code: 'not-hashed' });
  });
});
