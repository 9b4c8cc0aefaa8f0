import { createHash } from 'node:crypto';
import { configureGlobal, readConfigureGlobal } from 'fast-check';

// Properties follow the seed of the run, as every other sample does: a commit that was green once is green again. Where a file is
// run by hand without a seed, each run tries other cases.
const seed = process.env['COFFER_SEED'];
if (seed !== undefined) {
  configureGlobal({ ...readConfigureGlobal(), seed: createHash('sha256').update(seed).digest().readInt32BE(0) });
}
