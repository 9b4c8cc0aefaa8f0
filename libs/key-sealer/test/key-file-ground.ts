import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@coffer/foundation';
import { openKeyFileSealer } from '../src/index';
import type { SealerGround } from './sealer-contract';

/** Key folders below one temporary folder. */
export async function startKeyFileGround(): Promise<SealerGround> {
  const parent = await mkdtemp(join(tmpdir(), 'coffer-keys-'));
  let places = 0;
  return {
    newPlace: async () => {
      const folder = join(parent, String(places++));
      return {
        open: (known, leaseMs) =>
          openKeyFileSealer({ folder, known, clock: systemClock, ...(leaseMs === undefined ? {} : { leaseMs }) }),
        clear: () => rm(folder, { recursive: true }),
      };
    },
    stop: () => rm(parent, { recursive: true, force: true }),
  };
}
