import type { CurrentHead } from '@coffer/backup-engine';
import type { Account } from '@coffer/contracts';
import { deriveKeyId, deriveOwnerKey, generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { signedStatementFromJson, verifyRepositoryStatement, verifyVaultStatement, type Head } from '@coffer/evidence';
import { fromBase64Url, newUuid, toBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { fakeClock } from '@coffer/test-kit';
import { VaultClientError, type VaultClient } from '@coffer/vault-client';
import { describe, expect, it } from 'vitest';
import * as library from './index';
import { openDeviceAccount, OwnerSigner, VaultHeadKeeper, VaultRemover } from './index';

const clock = fakeClock();
const vaultId = toBase64Url(new Uint8Array(16).fill(1));
const pinned = { vaultId, opaqueServerPublicKey: toBase64Url(new Uint8Array(32).fill(2)) };
const challenge = new Uint8Array(32).fill(3);

/** The vault's side of the few routes that these flows begin with; the whole of it is met in apps/e2e. */
function clientOf(account: Partial<Account>, routes: Partial<VaultClient> = {}): VaultClient {
  return {
    getAccount: async () => ({
      accountId: newUuid(),
      issuer: 'https://login.example',
      subject: 'sam',
      vaultId,
      ownerGeneration: 0,
      keyId: null,
      ownerPublicKey: null,
      createdAt: toRfc3339(0),
      ...account,
    }),
    createChallenge: async () => ({ challenge: toBase64Url(challenge), expiresAt: toRfc3339(clock.nowMs() + 300_000) }),
    ...routes,
  } as VaultClient;
}

const ownedBy = (backupKey: BackupKey): Partial<Account> => ({
  ownerGeneration: 4,
  keyId: toHex(deriveKeyId(backupKey)),
  ownerPublicKey: toBase64Url(deriveOwnerKey(backupKey).publicKey),
});

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'LedgerError',
      'OwnerSigner',
      'VaultDeviceError',
      'VaultHeadKeeper',
      'VaultRemover',
      'activateDigits',
      'activatePasskey',
      'cancelDeletion',
      'cancelNewStart',
      'checkLedger',
      'copyPasskeyWrap',
      'createVaultRepository',
      'decodeLedgerMemory',
      'deleteAccount',
      'emptyLedgerMemory',
      'encodeLedgerMemory',
      'ensureVaultRepository',
      'findPasskeys',
      'finishNewStart',
      'leastPasswordCharacters',
      'ledgerMemoryAfter',
      'listEvents',
      'listFoundObjects',
      'listPasskeys',
      'openDeviceAccount',
      'openVaultRepository',
      'passkeyCopyPath',
      'plaintextIdentity',
      'proveRotationPassword',
      'ratePassword',
      'readOwnerAgain',
      'readPlaintext',
      'recoverByPasskey',
      'recoverByPassword',
      'registerPassword',
      'releasePlaintext',
      'removeKeyslot',
      'removeRepository',
      'reportKeyCheck',
      'reportUnreadable',
      'repositoriesOf',
      'resealPasskey',
      'rotateAccount',
      'sealPasskey',
      'setGuessVeto',
      'startPurge',
      'submitProof',
      'undoNewStart',
      'vaultStore',
    ]);
  });
});

describe('openDeviceAccount', () => {
  it('stops hard when the vault is not the one that deployment.json pins', async () => {
    const other = clientOf({ vaultId: toBase64Url(new Uint8Array(16).fill(9)) });
    await expect(openDeviceAccount(other, pinned, clock)).rejects.toMatchObject({ code: 'deployment-changed' });
  });
});

describe('OwnerSigner', () => {
  it('refuses a key that is not the account’s', async () => {
    const account = await openDeviceAccount(clientOf(ownedBy(generateBackupKey())), pinned, clock);
    expect(() => new OwnerSigner(account, generateBackupKey())).toThrow(
      expect.objectContaining({ code: 'wrong-key' }) as Error,
    );
  });

  it('signs acts that verify for exactly this account, vault, generation and challenge', async () => {
    const backupKey = generateBackupKey();
    const account = await openDeviceAccount(clientOf(ownedBy(backupKey)), pinned, clock);
    const signer = new OwnerSigner(account, backupKey);
    const signed = await signer.vaultStatement('create-grant', { repositoryId: new Uint8Array(16).fill(7) });
    const expected = {
      purpose: 'create-grant' as const,
      vaultId: fromBase64Url(vaultId),
      account: account.accountId,
      generation: 4,
      ownerPublicKey: signer.publicKey,
      nowMs: clock.nowMs(),
      challenge,
    };
    const { body } = verifyVaultStatement(signedStatementFromJson(signed), expected);
    expect(body.repositoryId).toEqual(new Uint8Array(16).fill(7));
    for (const changed of [
      { account: newUuid() },
      { generation: 3 },
      { vaultId: new Uint8Array(16) },
      { challenge: new Uint8Array(32) },
    ]) {
      expect(() => verifyVaultStatement(signedStatementFromJson(signed), { ...expected, ...changed })).toThrow();
    }
  });

  it('claims an account that nobody owns as generation 1', async () => {
    const account = await openDeviceAccount(clientOf({}), pinned, clock);
    const backupKey = generateBackupKey();
    const signer = new OwnerSigner(account, backupKey);
    const body = { ownerPublicKey: signer.publicKey, keyId: signer.keyId, kind: 'digits' as const };
    const signed = signedStatementFromJson(await signer.vaultStatement('activate-digits', body));
    const { statement } = verifyVaultStatement(signed, {
      purpose: 'activate-digits',
      vaultId: fromBase64Url(vaultId),
      account: account.accountId,
      generation: 1,
      ownerPublicKey: 'carried',
      nowMs: clock.nowMs(),
    });
    expect(statement.generation).toBe(1);
  });
});

describe('VaultHeadKeeper', () => {
  const repositoryId = new Uint8Array(16).fill(5);
  const signedHead = async (): Promise<ReturnType<OwnerSigner['repositoryStatement']>> => {
    const backupKey = generateBackupKey();
    const signer = new OwnerSigner(await openDeviceAccount(clientOf(ownedBy(backupKey)), pinned, clock), backupKey);
    const head: Head = {
      v: 1,
      repositoryId,
      keyId: signer.keyId,
      keyringVersion: 1,
      epoch: 1,
      generation: 1,
      previous: null,
      pruneGeneration: 0,
      snapshotId: 'aa',
      snapshotSha256: new Uint8Array(32),
    };
    const signed = signer.repositoryStatement('head', repositoryId, head);
    verifyRepositoryStatement(signed, {
      purpose: 'head',
      repositoryId,
      keyId: signer.keyId,
      ownerPublicKey: signer.publicKey,
    });
    return signed;
  };

  it.each(['head-behind', 'precondition-failed'] as const)('says head-changed when the vault says %s', async (code) => {
    const client = clientOf(
      {},
      {
        putHead: async () => {
          throw new VaultClientError(code, 'behind');
        },
      },
    );
    const keeper = new VaultHeadKeeper(client, toBase64Url(repositoryId));
    await expect(keeper.replace(await signedHead(), undefined)).rejects.toMatchObject({
      code: 'head-changed',
      isRetryable: true,
    });
  });

  it('makes the first swap conditional on there being none', async () => {
    const sent: unknown[] = [];
    const client = clientOf(
      {},
      {
        putHead: (async ({ headers }: { headers: unknown }) => {
          sent.push(headers);
          return { data: { head: null }, status: 200, headers: { etag: '"1"' } };
        }) as VaultClient['putHead'],
      },
    );
    await new VaultHeadKeeper(client, toBase64Url(repositoryId)).replace(await signedHead(), undefined);
    expect(sent).toEqual([{ 'if-none-match': '*' }]);
  });
});

describe('VaultRemover', () => {
  const repositoryId = new Uint8Array(16).fill(5);
  const paths = ['packs/1/aa/a', 'packs/1/aa/b', 'packs/1/aa/c', 'packs/1/aa/d', 'packs/1/aa/e'];

  /** A vault that keeps some paths for a proof, and checks each statement as the real one does. */
  async function removerOf(pinnedPaths: readonly string[], code?: 'head-behind') {
    const backupKey = generateBackupKey();
    const gone: string[] = [];
    const client = clientOf(ownedBy(backupKey), {
      listPins: (async () => ({
        pins: [{ snapshotId: 'aa' }, { snapshotId: 'bb' }],
      })) as unknown as VaultClient['listPins'],
      deleteObjects: (async ({ body }: { body: Parameters<typeof signedStatementFromJson>[0] }) => {
        const signed = signedStatementFromJson(body);
        const { body: deletion } = verifyVaultStatement(signed, {
          purpose: 'delete-objects',
          vaultId: fromBase64Url(vaultId),
          account: account.accountId,
          generation: 4,
          ownerPublicKey: deriveOwnerKey(backupKey).publicKey,
          nowMs: clock.nowMs(),
        });
        expect([deletion.headHash, deletion.pruneGeneration]).toEqual([new Uint8Array(32).fill(7), 3]);
        if (code !== undefined) throw new VaultClientError(code, 'behind');
        if (deletion.paths.some((path) => pinnedPaths.includes(path))) throw new VaultClientError('pinned', 'pinned');
        gone.push(...deletion.paths);
        return { deleted: deletion.paths.length };
      }) as unknown as VaultClient['deleteObjects'],
    });
    const account = await openDeviceAccount(client, pinned, clock);
    const signer = new OwnerSigner(account, backupKey);
    const current = { head: { pruneGeneration: 3 }, hash: new Uint8Array(32).fill(7) } as CurrentHead;
    return { remover: new VaultRemover(account, signer, toBase64Url(repositoryId)), gone, current };
  }

  it('deletes all but what a proof relies on, and names that', async () => {
    const { remover, gone, current } = await removerOf(['packs/1/aa/b', 'packs/1/aa/e']);
    expect(await remover.remove(paths, current)).toEqual({ deleted: 3, pinned: ['packs/1/aa/b', 'packs/1/aa/e'] });
    expect(gone).toEqual(['packs/1/aa/a', 'packs/1/aa/c', 'packs/1/aa/d']);
  });

  it('says head-changed where the vault has another head by now', async () => {
    const { remover, current } = await removerOf([], 'head-behind');
    await expect(remover.remove(paths, current)).rejects.toMatchObject({ code: 'head-changed' });
  });

  it('names the snapshots that are pinned', async () => {
    const { remover } = await removerOf([]);
    expect(await remover.pinnedSnapshots()).toEqual(new Set(['aa', 'bb']));
  });
});
