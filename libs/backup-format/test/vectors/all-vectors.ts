import { faultyChunks } from './faulty-chunks';
import { faultyObjects } from './faulty-objects';
import { faultyRepositories } from './faulty-repositories';
import { faultySnapshots } from './faulty-snapshots';
import { soundVectors } from './sound-vectors';
import type { VectorRecipe } from './vector';

/** Every vector, in the order in which README.md names the groups. */
export const allVectors: readonly VectorRecipe[] = [
  ...soundVectors,
  ...faultyRepositories,
  ...faultySnapshots,
  ...faultyObjects,
  ...faultyChunks,
];
