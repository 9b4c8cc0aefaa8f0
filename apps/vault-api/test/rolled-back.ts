import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { VaultBench } from './vault-bench';

/** A copy of a bench's database, as a dump or a lagging replica would have it. */
export interface DatabaseCopy {
  /** Puts it in the place of the database: what happened since is gone. */
  restore(): Promise<void>;
}

/** Children of a killed postmaster end when they notice, and may still write until then. */
const orphansMs = 300;

/** Copies the database as it is now, stopped as by a power cut; it goes on afterwards. */
export async function copyDatabase(bench: Pick<VaultBench, 'server'>): Promise<DatabaseCopy> {
  const { dataFolder } = bench.server;
  const copy = `${dataFolder}.copy-${process.hrtime.bigint()}`;
  await bench.server.crash();
  await pause(orphansMs);
  run('cp', ['-a', dataFolder, copy]);
  await bench.server.restart();
  return {
    restore: async () => {
      await bench.server.crash();
      await pause(orphansMs);
      run('rm', ['-rf', dataFolder]);
      run('cp', ['-a', copy, dataFolder]);
      await bench.server.restart();
    },
  };
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.toString()}`);
}
