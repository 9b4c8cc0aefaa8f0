import type { Deployment } from '@coffer/contracts';
import { DeviceError, type CheckedLedger, type LedgerEntry } from '@coffer/device-protocol';
import { EvidenceError, parseVerifierKey, type LedgerEvent, type NoteVerifier } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import {
  checkLedger,
  decodeLedgerMemory,
  encodeLedgerMemory,
  ledgerMemoryAfter,
  type DeviceAccount,
} from '@coffer/vault-device';

/**
 * Verifies the account's ledger with the verifiers that the command line uses, against what this browser has seen before. The
 * page keeps that: this thread touches no storage.
 *
 * @param seen - what the last check gave; undefined where there was none
 * @throws LedgerError; DeviceError `ledger-unsigned`, `ledger-broken`; VaultClientError
 */
export async function checkOwnLedger(
  account: DeviceAccount,
  deployment: Deployment,
  seen: string | undefined,
): Promise<CheckedLedger> {
  const { client, accountId, vaultIdBytes } = account;
  const known = { vaultId: vaultIdBytes, ledgerKey: pinnedKey(deployment) };
  try {
    const memory = decodeLedgerMemory(vaultIdBytes, seen);
    const checked = await checkLedger({ client, known, accountId, memory, onVerified: () => undefined });
    return {
      entries: checked.events.map(entryOf),
      treeSize: checked.checkpoint.size,
      newlyVerified: checked.newlyVerified,
      remaining: checked.budget.remaining,
      isFirst: memory.checkpoint === undefined,
      seen: encodeLedgerMemory(vaultIdBytes, ledgerMemoryAfter(memory, accountId, checked)),
    };
  } catch (error) {
    throw error instanceof EvidenceError ? doesNotHold(error) : error;
  }
}

function pinnedKey({ ledgerKey }: Deployment): NoteVerifier {
  try {
    return parseVerifierKey(ledgerKey);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new DeviceError('unavailable', 'the portal’s deployment.json holds no key of a ledger', {
      cause,
      fields: { retryAfterSeconds: null },
    });
  }
}

/** A checkpoint that bears another signature is told apart: then nothing below it was looked at. */
function doesNotHold(cause: EvidenceError): DeviceError {
  const isUnsigned = cause.code === 'note-invalid' || cause.code === 'checkpoint-invalid';
  return new DeviceError(isUnsigned ? 'ledger-unsigned' : 'ledger-broken', 'the ledger does not hold', {
    cause,
    fields: { reason: cause.code },
  });
}

const keyslotKinds: readonly string[] = ['digits', 'password', 'passkey'] satisfies LedgerEntry['keyslotKind'][];

function entryOf({ number, kind, atMs, remaining, details }: LedgerEvent): LedgerEntry {
  const of = details['kind'];
  const isKeyslot = typeof of === 'string' && keyslotKinds.includes(of);
  return {
    ...{ number, kind, at: toRfc3339(atMs), remaining },
    keyslotKind: isKeyslot ? (of as LedgerEntry['keyslotKind']) : null,
  };
}
