import { PurgeError } from './errors';
import { copyKey } from './found-object';
import type { PurgeObject } from './purge-object';
import { bucketOf, type PurgeBucket } from './states';

/** How many objects are in each bucket. */
export type BucketCounts = Readonly<Record<PurgeBucket, number>>;

/** Counts objects by bucket. */
export function countBuckets(objects: readonly Pick<PurgeObject, 'state'>[]): BucketCounts {
  const counts = { waiting: 0, kept: 0, failed: 0, done: 0 };
  for (const { state } of objects) counts[bucketOf(state)] += 1;
  return counts;
}

/**
 * The conservation law (C23): every copy that was ever found is in exactly one bucket.
 *
 * @throws PurgeError `conservation-broken` where a copy has two rows
 */
export function checkConservation(objects: readonly Pick<PurgeObject, 'state' | 'found'>[]): BucketCounts {
  const counts = countBuckets(objects);
  const sum = counts.waiting + counts.kept + counts.failed + counts.done;
  const found = new Set(objects.map((object) => copyKey(object.found))).size;
  if (found !== sum) {
    throw new PurgeError('conservation-broken', 'what was found is not the sum of the buckets', {
      fields: { found, sum },
    });
  }
  return counts;
}
