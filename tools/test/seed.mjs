// One seed for every seeded sample of a run. It changes with the commit, so that each commit tries other points.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** Prints the seed and returns it: COFFER_SEED where it is set (to repeat a run), else derived from the commit. */
export function announceSeed() {
  const seed = process.env.COFFER_SEED ?? fromCommit();
  process.stdout.write(`seed ${seed} (set COFFER_SEED to repeat this run)\n`);
  return seed;
}

function fromCommit() {
  let commit = 'no commit';
  try {
    commit = execFileSync('git', ['rev-parse', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    // A downloaded archive has no history: any fixed seed serves.
  }
  return createHash('sha256').update(commit).digest().readUInt32BE(0).toString();
}
