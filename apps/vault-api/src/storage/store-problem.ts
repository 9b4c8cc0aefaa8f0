import { ObjectStoreError } from '@coffer/object-store';
import { ProblemError } from '../platform/problem';

/** What a refusal of the operator's store means on the wire; every other error is returned as it is. */
export function storeProblem(error: unknown): unknown {
  if (!(error instanceof ObjectStoreError)) return error;
  switch (error.code) {
    case 'not-found':
    case 'already-exists':
    case 'checksum-mismatch':
      return error;
    case 'invalid-range':
      return new ProblemError('range-invalid', 'The range starts past the end of the object.', { cause: error });
    case 'invalid-key':
      return new ProblemError('malformed', 'No object can have this path.', { cause: error });
    case 'store-full':
    case 'access-denied':
    case 'unreachable':
    case 'invalid-url':
      return new ProblemError('store-unreachable', 'The object store does not take or give this object now.', {
        cause: error,
      });
  }
}
