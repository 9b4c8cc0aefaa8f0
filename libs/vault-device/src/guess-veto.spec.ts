import type { Account } from '@coffer/contracts';
import { deriveKeyId, deriveOwnerKey, generateBackupKey } from '@coffer/device-crypto';
import { signedStatementFromJson, verifyVaultStatement } from '@coffer/evidence';
import { newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import type { VaultClient } from '@coffer/vault-client';
import { describe, expect, it } from 'vitest';
import { openDeviceAccount, setGuessVeto } from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const pinned = { vaultId: toBase64Url(vaultIdBytes), opaqueServerPublicKey: toBase64Url(seed('opaque')) };
const backupKey = generateBackupKey();
const owner = deriveOwnerKey(backupKey);

async function connect(sent: unknown[]) {
  const account: Account = {
    ...{ accountId: newUuid(), issuer: 'https://login.example', subject: 'sam', vaultId: pinned.vaultId },
    ...{ ownerGeneration: 3, keyId: toHex(deriveKeyId(backupKey)), createdAt: toRfc3339(0) },
    ownerPublicKey: toBase64Url(owner.publicKey),
  };
  const client = {
    getAccount: async () => account,
    createChallenge: async () => ({
      challenge: toBase64Url(seed('challenge')),
      expiresAt: toRfc3339(clock.nowMs() + 300_000),
    }),
    setGuessVeto: async ({ body }: { body: unknown }) => {
      sent.push(body);
      return { vetoedUntil: null };
    },
  } as unknown as VaultClient;
  return openDeviceAccount(client, pinned, clock);
}

describe('setGuessVeto', () => {
  it('is signed by the owner key of the account’s generation', async () => {
    const sent: unknown[] = [];
    const account = await connect(sent);
    expect(await setGuessVeto(account, backupKey, 3600)).toEqual({ vetoedUntil: null });
    const { body } = verifyVaultStatement(signedStatementFromJson(sent[0]), {
      ...{ purpose: 'guess-veto', vaultId: vaultIdBytes, account: account.accountId, generation: 3 },
      ...{ ownerPublicKey: owner.publicKey, nowMs: clock.nowMs(), challenge: seed('challenge') },
    });
    expect(body).toEqual({ seconds: 3600 });
  });

  it('sends nothing when the key is not the account’s, or the time is out of range', async () => {
    const sent: unknown[] = [];
    const account = await connect(sent);
    await expect(setGuessVeto(account, generateBackupKey(), 60)).rejects.toMatchObject({ code: 'wrong-key' });
    await expect(setGuessVeto(account, backupKey, 73 * 3600)).rejects.toMatchObject({ code: 'statement-invalid' });
    expect(sent).toEqual([]);
  });
});
