import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * A repair is refused. What was done before, if anything, stays done and is safe; the same repair may be applied again.
 *
 * - `nothing-to-repair`: nothing is sealed and nothing differs.
 * - `beyond-repair`: no plan can be made; the message says what stands in the way.
 * - `plan-changed`: what would be done now is not what was approved.
 * - `not-approved`: fewer than two different members of staff have approved it, or an approval does not bear the vault's mac.
 * - `same-person`: this member of staff has approved it before.
 * - `approval-expired`: it was approved too long ago.
 */
export class RepairError extends CofferError {
  declare readonly code:
    'nothing-to-repair' | 'beyond-repair' | 'plan-changed' | 'not-approved' | 'same-person' | 'approval-expired';

  constructor(code: RepairError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
