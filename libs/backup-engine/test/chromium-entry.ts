import { browserPlatform } from '../src/browser';
import { examine, type Findings } from './examine-vector';
import { decodeVector, type StoredVector } from './vector-file';

/** What the tests call in the page. */
export interface InPage {
  /** What the browser's half makes of each vector, in their order. */
  readonly examineAll: (vectors: readonly StoredVector[]) => Promise<readonly Findings[]>;
}

const inPage: InPage = {
  examineAll: async (vectors) => {
    const findings: Findings[] = [];
    for (const vector of vectors) findings.push(await examine(decodeVector(vector), browserPlatform));
    return findings;
  },
};

Object.assign(globalThis, { inPage });
