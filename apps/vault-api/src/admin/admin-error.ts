import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * An administrative command did not come to its end.
 *
 * - `no-vault`: the database is empty; vault-api has never started on it. - `unhealthy`: `doctor` found problems.
 * - `target-exists`: a file stands where one was to be written. - `declined`: the person did not confirm.
 * - `keys-in-hsm`: a command for key files, and the keys are in an HSM. - `no-terminal`: nobody is there to show a secret to.
 * - `no-such-file`: a file that was named cannot be read. - `not-a-dump`: a database that was named is no restored dump of this
 *   vault. - `drill-failed`: a restored dump does not open, or not by one key. - `forbidden`: the sign-in is not one of staff.
 * - `reason-missing`: whoever approves a repair first has to say why. - `ledger-busy`: another process has the ledger.
 */
export class AdminError extends CofferError {
  declare readonly code:
    | 'no-vault'
    | 'unhealthy'
    | 'target-exists'
    | 'declined'
    | 'keys-in-hsm'
    | 'no-terminal'
    | 'no-such-file'
    | 'not-a-dump'
    | 'drill-failed'
    | 'forbidden'
    | 'reason-missing'
    | 'ledger-busy';

  constructor(code: AdminError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Exit codes of `coffer-admin`, a documented contract (docs/operations/coffer-admin.md); those of `coffer` where they mean the same. */
export const AdminExit = { done: 0, other: 1, usage: 2, unreachable: 5, refused: 8, interrupted: 130 } as const;
export type AdminExit = (typeof AdminExit)[keyof typeof AdminExit];

const exits: Readonly<Record<string, AdminExit>> = {
  'config-invalid': AdminExit.usage,
  unavailable: AdminExit.unreachable,
  unreachable: AdminExit.unreachable,
  'service-unavailable': AdminExit.unreachable,
  'timed-out': AdminExit.unreachable,
  'no-vault': AdminExit.refused,
  'target-exists': AdminExit.refused,
  declined: AdminExit.refused,
  'keys-in-hsm': AdminExit.refused,
  'no-terminal': AdminExit.refused,
  'no-such-file': AdminExit.usage,
  'not-a-dump': AdminExit.refused,
  'drill-failed': AdminExit.refused,
  'vault-sealed': AdminExit.refused,
  'reason-missing': AdminExit.usage,
  'ledger-busy': AdminExit.refused,
  // repair (libs/key-vault)
  'nothing-to-repair': AdminExit.refused,
  'beyond-repair': AdminExit.refused,
  'plan-changed': AdminExit.refused,
  'not-approved': AdminExit.refused,
  'same-person': AdminExit.refused,
  'approval-expired': AdminExit.refused,
  'anchor-silent': AdminExit.unreachable,
  'anchor-forked': AdminExit.refused,
  'anchor-damaged': AdminExit.refused,
  'not-durable': AdminExit.refused,
  // shares and keys (libs/key-sealer)
  'share-damaged': AdminExit.refused,
  'shares-mixed': AdminExit.refused,
  'share-repeated': AdminExit.refused,
  'shares-missing': AdminExit.refused,
  'wrong-root': AdminExit.refused,
  'wrong-key': AdminExit.refused,
  'key-missing': AdminExit.refused,
  'key-exposed': AdminExit.refused,
  'token-refused': AdminExit.refused,
  forbidden: AdminExit.refused,
  unauthenticated: AdminExit.refused,
  'token-expired': AdminExit.refused,
  'fresh-login-required': AdminExit.refused,
  'precondition-failed': AdminExit.refused,
};

/** The exit code of whatever was thrown. */
export function adminExitOf(error: unknown): AdminExit {
  return (error instanceof CofferError ? exits[error.code] : undefined) ?? AdminExit.other;
}
