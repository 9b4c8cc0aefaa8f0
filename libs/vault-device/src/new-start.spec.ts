import type { Account, NewStart } from '@coffer/contracts';
import { deriveKeyId, deriveOwnerKey, generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { signedStatementFromJson, verifyVaultStatement } from '@coffer/evidence';
import { newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import type { VaultClient } from '@coffer/vault-client';
import { describe, expect, it } from 'vitest';
import { cancelNewStart, finishNewStart, openDeviceAccount, removeRepository, undoNewStart } from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const pinned = { vaultId: toBase64Url(vaultIdBytes), opaqueServerPublicKey: toBase64Url(seed('opaque')) };
const [former, current] = [generateBackupKey(), generateBackupKey()];
const replaced: NewStart = {
  ...{ newStartId: newUuid(), state: 'finished', ownerGeneration: 3, keyId: toHex(deriveKeyId(former)) },
  ...{ begunAt: toRfc3339(0), opensAt: toRfc3339(1), closesAt: toRfc3339(2), undoUntil: toRfc3339(3) },
};

/** An account of generation 4, which a new start took from `former` (generation 3) to `current`. */
async function connect() {
  const sent: unknown[] = [];
  const accountId = newUuid();
  const account: Account = {
    ...{ accountId, issuer: 'https://login.example', subject: 'sam', vaultId: pinned.vaultId, ownerGeneration: 4 },
    ...{ keyId: toHex(deriveKeyId(current)), createdAt: toRfc3339(0) },
    ownerPublicKey: toBase64Url(deriveOwnerKey(current).publicKey),
  };
  const keep = async (input: unknown) => {
    sent.push(input);
    return replaced;
  };
  const client = {
    getAccount: async () => account,
    createChallenge: async () => ({
      challenge: toBase64Url(seed('challenge')),
      expiresAt: toRfc3339(clock.nowMs() + 300_000),
    }),
    listNewStarts: async () => ({ newStarts: [replaced] }),
    ...{ cancelNewStart: keep, undoNewStart: keep, removeRepository: keep },
  } as unknown as VaultClient;
  const expected = (key: BackupKey, generation: number) => ({
    ...{ vaultId: vaultIdBytes, account: accountId, generation, nowMs: clock.nowMs() },
    ownerPublicKey: deriveOwnerKey(key).publicKey,
  });
  return { account: await openDeviceAccount(client, pinned, clock), sent, expected };
}

describe('cancelNewStart', () => {
  it('is signed by the account’s key under its generation', async () => {
    const { account, sent, expected } = await connect();
    await cancelNewStart(account, current, replaced.newStartId);
    const [{ body }] = sent as [{ body: unknown }];
    const verified = verifyVaultStatement(signedStatementFromJson(body), {
      purpose: 'cancel-new-start',
      ...expected(current, 4),
    });
    expect(verified.body).toEqual({ newStartId: replaced.newStartId });
    await expect(cancelNewStart(account, former, replaced.newStartId)).rejects.toMatchObject({ code: 'wrong-key' });
    expect(sent).toHaveLength(1);
  });
});

describe('undoNewStart', () => {
  it('is signed by the former key under the generation that it had, and by no other key', async () => {
    const { account, sent, expected } = await connect();
    await expect(undoNewStart(account, replaced, current)).rejects.toMatchObject({ code: 'wrong-key' });
    expect(sent).toEqual([]);
    await undoNewStart(account, replaced, former);
    const [{ body }] = sent as [{ body: unknown }];
    const verified = verifyVaultStatement(signedStatementFromJson(body), {
      purpose: 'undo-new-start',
      ...expected(former, 3),
    });
    expect(verified.body).toEqual({ newStartId: replaced.newStartId });
  });
});

describe('finishNewStart', () => {
  it('refuses the key that the account has already', async () => {
    const { account } = await connect();
    await expect(finishNewStart(account, replaced, current, 'a password')).rejects.toMatchObject({ code: 'wrong-key' });
  });
});

describe('removeRepository', () => {
  it.each<[string, BackupKey, number]>([
    ['the account’s key', current, 4],
    ['the former key', former, 3],
  ])('is signed by %s under its own generation', async (_name, key, generation) => {
    const { account, sent, expected } = await connect();
    const repositoryId = seed('repository', 16);
    await removeRepository(account, key, toBase64Url(repositoryId), 2);
    const [{ statement }] = sent as [{ statement: unknown }];
    const verified = verifyVaultStatement(signedStatementFromJson(statement), {
      purpose: 'remove-repository',
      ...expected(key, generation),
    });
    expect(verified.body).toEqual({ repositoryId, pins: 2 });
  });

  it('sends nothing when the key is neither', async () => {
    const { account, sent } = await connect();
    const stranger = removeRepository(account, generateBackupKey(), toBase64Url(seed('repository', 16)), 0);
    await expect(stranger).rejects.toMatchObject({ code: 'wrong-key' });
    expect(sent).toEqual([]);
  });
});
