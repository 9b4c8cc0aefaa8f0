import type { EnginePlatform } from '../src/index';
import { dribbling } from './dribbling-store';
import { drill, openVector, refusalOf, storeOf, tell, type Refusal } from './read-vector';
import type { CommittedVector } from './vector-file';

/** What a platform makes of a vector; undefined where nothing is refused. */
export interface Findings {
  /** Read by ranges: files, conversations, segments, messages. */
  readonly told: object | undefined;
  readonly ranges: Refusal | undefined;
  /** Read whole, as a fire drill does. */
  readonly whole: Refusal | undefined;
  /** The same from a store that gives a few bytes at a time. */
  readonly dribbled: Refusal | undefined;
}

/** Reads a vector in every way that a device does. */
export async function examine(vector: CommittedVector, platform: EnginePlatform): Promise<Findings> {
  const store = await storeOf(vector);
  let told: object | undefined;
  const ranges = await refusalOf(async () => {
    told = await tell(await openVector(vector, platform, store), vector.file.opens);
  });
  const whole = await refusalOf(async () => drill(await openVector(vector, platform, store)));
  const dribbled = await refusalOf(async () => drill(await openVector(vector, platform, dribbling(store, 3))));
  return { told, ranges, whole, dribbled };
}
