import { backOffMs } from '../back-off';
import { PurgeReason, type Deletion, type PurgeObject } from '../purge-object';
import { move } from '../transition';
import type { StepContext } from './step-context';

/** Gone by somebody else's doing, or by a delete of ours whose answer was lost. */
export function alreadyGone(requestId: string): Deletion {
  return { outcome: 'already-gone', atMs: null, requestId, proofHash: null };
}

/**
 * The provider says that an object is not there. Its listing may go on showing it, so the looks begin after a pause, which grows
 * while the two go on disagreeing.
 */
export function foundGone(context: StepContext, object: PurgeObject, requestId: string): PurgeObject {
  const { settings, ports } = context;
  const attempts = object.attempts + 1;
  const waitMs = Math.max(
    settings.listingGapMs,
    backOffMs(attempts, undefined, settings, () => ports.random()),
  );
  return move(object, 'verifying-absence', PurgeReason.alreadyGone, {
    deletion: alreadyGone(requestId),
    dueAtMs: null,
    firstAbsentAtMs: null,
    attempts,
    nextAttemptAtMs: ports.clock.nowMs() + waitMs,
  });
}
