import type { Account } from '@coffer/contracts';
import { nodePlatform } from '@coffer/backup-engine/node';
import { deriveKeyId, deriveOwnerKey, generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { coSignedStatementFromJson, verifyCoSignedStatement, type RotationBody } from '@coffer/evidence';
import { newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock, seed } from '@coffer/test-kit';
import { VaultClientError, type VaultClient, type VaultClientErrorCode } from '@coffer/vault-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDeviceAccount, rotateAccount, type RotationStep } from './index';

const clock = fakeClock();
const vaultIdBytes = seed('vault', 16);
const vaultId = toBase64Url(vaultIdBytes);
const pinned = { vaultId, opaqueServerPublicKey: toBase64Url(seed('opaque')) };

/** The vault's half of the last call, for an account without repositories: both signatures, and who owns the account. */
class RotatingVault {
  readonly accountId = newUuid();
  readonly keyslotId = newUuid();
  owner: BackupKey;
  generation = 1;
  calls: RotationBody[] = [];
  /** What becomes of the coming calls: a refusal, or an answer that gets lost after the act. */
  script: (VaultClientErrorCode | 'done, answer lost')[] = [];

  constructor(owner: BackupKey) {
    this.owner = owner;
  }

  get client(): VaultClient {
    const routes = {
      getAccount: async (): Promise<Account> => ({
        ...{ accountId: this.accountId, issuer: 'https://login.example', subject: 'sam', vaultId },
        ...{ ownerGeneration: this.generation, keyId: toHex(deriveKeyId(this.owner)) },
        ownerPublicKey: toBase64Url(deriveOwnerKey(this.owner).publicKey),
        createdAt: toRfc3339(0),
      }),
      createChallenge: async () => ({
        challenge: toBase64Url(seed('challenge')),
        expiresAt: toRfc3339(clock.nowMs() + 300_000),
      }),
      listRepositories: async () => ({ repositories: [] }),
      listKeyslots: async () => ({
        keyslots: [
          { keyslotId: this.keyslotId, kind: 'digits', state: 'active', keyId: toHex(deriveKeyId(this.owner)) },
        ],
      }),
      rotate: async ({ body }: { body: unknown }) => this.rotate(body),
    };
    return routes as unknown as VaultClient;
  }

  rotate(signed: unknown): object {
    const act = this.script.shift();
    if (act !== undefined && act !== 'done, answer lost') throw new VaultClientError(act, act);
    const { body } = verifyCoSignedStatement(coSignedStatementFromJson(signed), {
      ...{ purpose: 'rotate', vaultId: vaultIdBytes, account: this.accountId, generation: this.generation },
      ...{ ownerPublicKey: deriveOwnerKey(this.owner).publicKey, nowMs: clock.nowMs() },
    });
    this.calls.push(body);
    this.owner = next;
    this.generation += 1;
    if (act === 'done, answer lost') throw new VaultClientError('unreachable', 'no answer');
    return {};
  }
}

let current: BackupKey;
let next: BackupKey;
let vault: RotatingVault;
let steps: string[];
beforeEach(() => {
  [current, next] = [generateBackupKey(), generateBackupKey()];
  vault = new RotatingVault(current);
  steps = [];
});

async function rotate() {
  const account = await openDeviceAccount(vault.client, pinned, clock);
  const prove = async () => {
    steps.push('prove');
    return [{ kind: 'digits' as const }];
  };
  const onStep = (step: RotationStep) => steps.push(step);
  return rotateAccount(account, { current, next, platform: nodePlatform, prove, onStep });
}

describe('rotateAccount', () => {
  it('prepares, proves and hands over, in this order, and names every keyslot of the former key', async () => {
    const { account } = await rotate();
    expect(steps).toEqual(['repositories-prepared', 'prove', 'keyslots-proven', 'rotated']);
    expect(account).toMatchObject({ ownerGeneration: 2, keyId: deriveKeyId(next) });
    expect(vault.calls).toMatchObject([{ removed: [vault.keyslotId], newKeyId: deriveKeyId(next), heads: [] }]);
  });

  it('takes a lost answer for what it was: done', async () => {
    vault.script = ['done, answer lost'];
    await expect(rotate()).resolves.toMatchObject({ account: { ownerGeneration: 2 } });
  });

  it('takes no answer for none: the former key stays, and the error says that nobody answered', async () => {
    vault.script = ['unreachable'];
    await expect(rotate()).rejects.toMatchObject({ code: 'unreachable' });
    expect([vault.owner, steps.at(-1)]).toEqual([current, 'keyslots-proven']);
  });

  it('prepares anew where another device came first, without asking the person again', async () => {
    vault.script = ['head-behind', 'rotation-behind'];
    await expect(rotate()).resolves.toMatchObject({ account: { ownerGeneration: 2 } });
    expect(steps.filter((step) => step === 'prove')).toHaveLength(1);
  });

  it('gives up after eight lost races, and says that the former key is in force', async () => {
    vault.script = Array.from({ length: 8 }, () => 'head-behind' as const);
    await expect(rotate()).rejects.toMatchObject({ code: 'not-rotated' });
    expect(vault.owner).toBe(current);
  });

  it('says wrong-owner-generation where another device rotated first, and wrong-key where this is not the key', async () => {
    vault.script = ['wrong-owner-generation'];
    await expect(rotate()).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    current = generateBackupKey();
    await expect(rotate()).rejects.toMatchObject({ code: 'wrong-key' });
  });
});
