import { acquireRunLock, nodePlatform, type RunLock } from '@coffer/backup-engine/node';
import { formatKeyId, generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import type { RotationKeyslot } from '@coffer/evidence';
import { equalBytes, fromBase64Url, toHex } from '@coffer/foundation';
import { proveRotationPassword, rotateAccount } from '@coffer/vault-device';
import { dirname } from 'node:path';

import type { CommandContext } from '../../command-context';
import { readNewPassword } from '../../setup/new-password';
import { recordDigits } from '../../setup/record-digits';
import { HomeMemory } from '../../stores/home-memory';
import { connectVault, readAccountAgain, type VaultConnection } from '../../vault/connect-vault';
import { heldKey } from '../../vault/held-key';
import { activeKeyslots } from '../active-keyslots';
import { finishRotation, nextKeyId, warnOfMissingPacks } from './finish-rotation';
import { findRotationNote, removeRotationNote, writeRotationNote, type RotationNote } from './rotation-note';
import { atStep, type RotationRequest } from './rotation-request';

/**
 * Rotates the key of the account that this home has signed in to, with every repository of it.
 *
 * @throws as `connectVault`, `heldKey`, `readNewPassword`, `recordDigits` and `rotateAccount`
 */
export async function rotateVaultAccount(context: CommandContext, request: RotationRequest): Promise<void> {
  const connection = await connectVault(context, request.home);
  const { home, account } = connection;
  const begun = await findRotationNote(home, account.accountId);
  if (begun !== undefined && account.keyId !== null && equalBytes(nextKeyId(begun), account.keyId)) {
    // The call that hands over had been answered to nobody.
    return finish(context, connection, request, begun);
  }
  const password = request.password
    ? await readNewPassword(context, { file: request.passwordFile, environment: request.environmentPassword })
    : undefined;
  const current = await heldKey(context, connection, request);
  const locks = await lockRepositories(connection);
  try {
    const note = await takeUp(connection, begun);
    atStep(request)('key-kept');
    await handOver(context, connection, request, { current, note, password });
    await finish(context, connection, request, note);
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Goes on with the key of an interrupted run, or makes one. One that another device overtook is of no use any more. */
async function takeUp({ home, account }: VaultConnection, begun: RotationNote | undefined): Promise<RotationNote> {
  const formerKeyId = account.keyId!;
  if (begun !== undefined && equalBytes(begun.formerKeyId, formerKeyId)) return begun;
  if (begun !== undefined) await removeRotationNote(home, begun.subject);
  const note: RotationNote = { subject: account.accountId, formerKeyId, nextKey: generateBackupKey() };
  await writeRotationNote(home, note);
  return note;
}

async function handOver(
  context: CommandContext,
  connection: VaultConnection,
  request: RotationRequest,
  of: { readonly current: BackupKey; readonly note: RotationNote; readonly password: string | undefined },
): Promise<void> {
  const { reporter } = context;
  const { account, home } = connection;
  const { current, note, password } = of;
  const next = note.nextKey;
  const passkeys = (await activeKeyslots(connection)).filter(({ kind }) => kind === 'passkey').length;
  reporter.progress({ phase: 'preparing the repository', doneBytes: 0 });
  const prove = async (): Promise<readonly RotationKeyslot[]> => {
    const proven: RotationKeyslot[] = [];
    if (request.digits) {
      await recordDigits(context, next, request.keyOut);
      proven.push({ kind: 'digits' });
    }
    if (password !== undefined) {
      reporter.progress({ phase: 'making the password keyslot', doneBytes: 0 });
      proven.push(await proveRotationPassword(account, { current, next }, password));
    }
    return proven;
  };
  const rotation = { current, next, prove, platform: nodePlatform, memory: new HomeMemory(home) };
  const { missingPacks } = await rotateAccount(account, { ...rotation, onStep: atStep(request) });
  warnOfMissingPacks(context, missingPacks);
  if (passkeys > 0) {
    reporter.warn('passkeys-removed', 'Passkeys opened the former key and were removed. Add them again in the portal.');
  }
}

async function finish(
  { reporter }: CommandContext,
  connection: VaultConnection,
  request: RotationRequest,
  note: RotationNote,
): Promise<void> {
  // Asked before the note goes: whoever is stopped here finds it, and does not begin another change.
  const kinds = (await activeKeyslots(await readAccountAgain(connection))).map(({ kind }) => kind);
  if ((await connection.client.getPurge()).state === 'running') {
    reporter.warn(
      'purge-waits',
      'The purge of plaintext backups was started with the former key and deletes nothing more. To go on: coffer purge start',
    );
  }
  await finishRotation(connection.home, note, true, atStep(request));
  const keyId = nextKeyId(note);
  reporter.summary(
    { formerKeyId: toHex(note.formerKeyId), keyId: toHex(keyId), keyslots: kinds.length, kinds },
    `Key ${formatKeyId(keyId)} is in force. The former key (${formatKeyId(note.formerKeyId)}) opens nothing that comes from now ` +
      'on. Bring the new key to your other devices with: coffer unlock',
  );
}

/** Keeps other runs of this device off every repository of the account. @throws BackupEngineError `busy` */
async function lockRepositories({ home, client }: VaultConnection): Promise<readonly RunLock[]> {
  const { repositories } = await client.listRepositories();
  const locks: RunLock[] = [];
  try {
    for (const { repositoryId } of repositories) {
      const path = home.lockFile(fromBase64Url(repositoryId));
      await home.ensure(dirname(path));
      locks.push(acquireRunLock(path));
    }
    return locks;
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}
