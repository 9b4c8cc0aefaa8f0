import { limits, type KeyCheck } from '@coffer/contracts';
import { randomBytes } from '@coffer/crypto';
import { digitGroups, type BackupKey } from '@coffer/device-crypto';
import { CofferError } from '@coffer/foundation';
import { reportKeyCheck } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askSecret } from '../input/prompts';
import { readSecretFile } from '../input/secret-input';
import { findKey } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import { connectVault, type VaultConnection } from '../vault/connect-vault';
import type { KeySources } from '../vault/key-sources';
import { recoverByAskedPassword } from '../vault/unlock';

const groups = 16;
const groupDigits = 4;
/** A typing error is no lost key. */
const tries = 2;

/** What a check asks for. */
export type KeyCheckRequest =
  | { readonly kind: 'digits'; readonly recorded: string | undefined }
  | { readonly kind: 'password'; readonly sources: KeySources };

/**
 * Asks for the account's secret, so that its loss is found while a device still holds the key: two groups of the digits, compared on
 * this device and sent nowhere; or the password, by a real recovery. The vault hears only how it went.
 *
 * @throws CofferError `wrong-key`, `wrong-password` where the secret is not the right one; `refused` where too few guesses are left;
 *   UsageError where this device does not hold the key that digits are compared with; as `connectVault`
 */
export async function runKeyslotsCheck(
  context: CommandContext,
  homePath: string,
  request: KeyCheckRequest,
): Promise<void> {
  const connection = await connectVault(context, homePath);
  if (request.kind === 'digits') await checkDigits(context, connection, request.recorded);
  else await checkPassword(context, connection, request.sources);
}

async function checkDigits(
  context: CommandContext,
  connection: VaultConnection,
  recorded: string | undefined,
): Promise<void> {
  const key = await keptKey(connection);
  if (key === undefined) {
    throw new UsageError(
      'This device does not hold the key, so it cannot tell right digits from wrong ones. Nothing was changed. ' +
        'Check on a device that holds it, or bring it here: coffer unlock --key FILE',
    );
  }
  const asked = chooseGroups();
  const isRight =
    recorded === undefined ? await areTyped(context, key, asked) : await areRecorded(key, asked, recorded);
  const check = await reportKeyCheck(connection.account, key, {
    kind: 'digits',
    outcome: isRight ? 'passed' : 'failed',
  });
  if (isRight) return passed(context, 'digits', check, 'The digits are those of this account’s key.');
  throw new CofferError(
    'wrong-key',
    `These are not the digits of this account's key. Nothing is lost: this device still holds it. ${nextStep(check)}`,
    { fields: { failures: check.failures, shouldOfferKeyslot: check.shouldOfferKeyslot } },
  );
}

async function checkPassword(context: CommandContext, connection: VaultConnection, sources: KeySources): Promise<void> {
  const { attemptsRemaining } = await connection.client.getBudget();
  if (attemptsRemaining < limits.guessesForCheck) {
    throw new CofferError(
      'refused',
      `Only ${attemptsRemaining} guesses are left, too few to spend one on a check. Nothing was counted. They come back with the right password: coffer unlock`,
      { fields: { attemptsRemaining } },
    );
  }
  const kept = await keptKey(connection);
  let recovered: BackupKey;
  try {
    recovered = await recoverByAskedPassword(context, connection, sources);
  } catch (error) {
    if (kept !== undefined && error instanceof CofferError && error.code === 'wrong-password') {
      const check = await reportKeyCheck(connection.account, kept, { kind: 'password', outcome: 'failed' });
      context.reporter.warn('key-check-failed', `This device still holds the key. ${nextStep(check)}`);
    }
    throw error;
  }
  const check = await reportKeyCheck(connection.account, recovered, { kind: 'password', outcome: 'passed' });
  passed(context, 'password', check, 'The password opens this account’s key.');
}

function passed({ reporter }: CommandContext, kind: 'digits' | 'password', check: KeyCheck, words: string): void {
  const { nextCheckAt, failures } = check;
  reporter.summary(
    { kind, passed: true, nextCheckAt, failures },
    `${words} You are asked again on ${nextCheckAt.slice(0, 10)}.`,
  );
}

function nextStep({ shouldOfferKeyslot }: KeyCheck): string {
  return shouldOfferKeyslot
    ? 'It did not go well several times: make a new keyslot now, while a device holds the key: coffer keyslots add --digits, or coffer password change'
    : 'Look for what you recorded and try again; or make a new keyslot: coffer keyslots add --digits';
}

async function keptKey({ home, account }: VaultConnection): Promise<BackupKey | undefined> {
  return account.keyId === null ? undefined : findKey(home, account.keyId);
}

/** Two different groups, numbered from 1. */
function chooseGroups(): readonly [number, number] {
  // 16 divides 256 and 15 divides 255: where the second byte is 255 another is drawn.
  const [first = 0, second = 0] = randomBytes(2);
  if (second === 255) return chooseGroups();
  const one = first % groups;
  return [one + 1, ((one + 1 + (second % (groups - 1))) % groups) + 1];
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^0-9a-f]/g, '');

async function areTyped({ reporter }: CommandContext, key: BackupKey, asked: readonly number[]): Promise<boolean> {
  if (!reporter.isInteractive) {
    throw new UsageError('There is no terminal to ask on. Give the digits as you recorded them: --recorded FILE');
  }
  const right = digitGroups(key);
  for (let count = 0; count < tries; count++) {
    let isRight = true;
    for (const group of asked) {
      const typed = await askSecret(`Group ${group} of your 64-digit key (4 digits, counted from the first)`);
      isRight = plain(typed) === right[group - 1] && isRight;
    }
    if (isRight) return true;
    if (count + 1 < tries)
      reporter.note('That is not right. Look again: the groups are counted from the first row on.');
  }
  return false;
}

/** The whole of what was recorded is given, and the same two groups of it are looked at. */
async function areRecorded(key: BackupKey, asked: readonly number[], path: string): Promise<boolean> {
  const recorded = plain(await readSecretFile(path, '64-digit key'));
  if (recorded.length !== groups * groupDigits) return false;
  const right = digitGroups(key);
  return asked.every((group) => recorded.slice((group - 1) * groupDigits, group * groupDigits) === right[group - 1]);
}
