import { backOffMs, isPassing } from '../back-off';
import { ConnectorError } from '../errors';
import type { PurgeNotice } from '../ports';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { move } from '../transition';
import { changesOf, type StepContext, type StepOutcome } from './step-context';

const reasons: Partial<Record<string, PurgeReason>> = {
  throttled: PurgeReason.throttled,
  unreachable: PurgeReason.unreachable,
  'access-denied': PurgeReason.accessDenied,
  'endpoint-refused': PurgeReason.endpointRefused,
  'location-refused': PurgeReason.endpointRefused,
};

/**
 * Counts a failed try at one object: it waits, or needs a new login at the provider, or is given up. Faults that waiting mends are
 * never given up.
 *
 * @throws `error` itself where it is not one of a provider or store: then this project is at fault, and nothing is stored
 */
export function putOff(context: StepContext, object: PurgeObject, error: unknown): StepOutcome {
  if (!(error instanceof ConnectorError)) throw error;
  const { nowMs, settings, ports } = context;
  const attempts = object.attempts + 1;
  const wait = backOffMs(attempts, error, settings, () => ports.random());
  const reason = reasons[error.code] ?? object.reason;
  const patch = { attempts, nextAttemptAtMs: nowMs + wait };
  if (error.code === 'needs-auth') {
    // No use in asking every few seconds; a new login sends the account's job at once.
    const waiting = { attempts, nextAttemptAtMs: nowMs + settings.backOffMaxMs };
    return told(context, move(object, 'needs-auth', null, waiting), 'purge-needs-auth');
  }
  if (!isPassing(error) && attempts >= settings.attemptLimit) {
    const tired = reason ?? PurgeReason.tooManyTries;
    return told(context, move(object, 'failed', tired, { attempts, nextAttemptAtMs: null }), 'purge-failed');
  }
  return { did: 'put-off', changes: changesOf([move(object, object.state, reason, patch)]) };
}

function told(context: StepContext, object: PurgeObject, kind: PurgeNotice['kind']): StepOutcome {
  const notice = { kind, atMs: context.nowMs, objectId: object.objectId };
  return { did: 'put-off', changes: changesOf([object], { notices: [notice] }) };
}
