import type { PurgeObject } from '@coffer/contracts';

import { printable } from '../output/printable';
import { PurgeError } from './purge-error';

/** States in which nothing is there any more that could be kept or let go. */
const gone: readonly PurgeObject['state'][] = ['verifying-absence', 'purged', 'retained-elsewhere'];

/**
 * The found copies that a person means by an id or a path: of a path all its versions, for they stand in one line of the listing.
 *
 * @throws PurgeError `not-found` where none is there
 */
export function namedCopies(objects: readonly PurgeObject[], name: string): readonly PurgeObject[] {
  const named = objects.filter(
    (object) =>
      (object.objectId === name || object.path === name) &&
      object.kind !== 'delete-marker' &&
      object.kind !== 'multipart' &&
      !gone.includes(object.state),
  );
  if (named.length > 0) return named;
  throw new PurgeError(
    'not-found',
    `No copy that is there has the id or path ${printable(name)}. Nothing was changed. To list them: coffer purge status`,
  );
}
