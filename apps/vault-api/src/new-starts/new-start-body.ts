import type { NewStart } from '@coffer/contracts';
import { toHex, toRfc3339 } from '@coffer/foundation';
import { phaseOf, type NewStartRow } from '@coffer/key-vault';

/** A new start as the wire has it. @param nowMs - by the database's clock */
export function newStartBody(row: NewStartRow, nowMs: number): NewStart {
  return {
    newStartId: row.newStartId,
    state: phaseOf(row, nowMs),
    begunAt: toRfc3339(row.begunAtMs),
    opensAt: toRfc3339(row.opensAtMs),
    closesAt: toRfc3339(row.closesAtMs),
    ownerGeneration: row.ownerGeneration,
    keyId: toHex(row.keyId),
    undoUntil: row.undoUntilMs === null ? null : toRfc3339(row.undoUntilMs),
  };
}
