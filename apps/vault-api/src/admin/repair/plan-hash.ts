import { equalBytes, fromHex, toHex } from '@coffer/foundation';
import { RepairError } from '@coffer/key-vault';

/** The hash that a person gave. @throws RepairError `plan-changed` where it has not the form of one */
export function readPlanHash(text: string): Uint8Array {
  const compact = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(compact)) return fromHex(compact);
  throw new RepairError(
    'plan-changed',
    'This is not the hash of a plan: 64 hexadecimal digits, as `repair plan` shows.',
  );
}

/** @throws RepairError `plan-changed` */
export function requireSamePlan(given: Uint8Array, hash: Uint8Array): void {
  if (equalBytes(given, hash)) return;
  throw new RepairError(
    'plan-changed',
    `What a repair would do now is another plan, ${toHex(hash)}. Nothing was changed. Look at it (repair plan), and approve that one.`,
  );
}
