import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '@coffer/foundation';
import { isLongRun, runSeed } from './long-run';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** What a suite found when it had asserted all of it. */
export interface ProofFigures {
  /** Name of the proof: tools/test/long-suites.json lists it, and docs/proofs/<proof>.json keeps it. */
  readonly proof: string;
  /** Cases that were tried: kill points, histories, mutants. */
  readonly count: number;
  /** How long they took. */
  readonly seconds: number;
  /** What was asserted of each case, in one sentence. */
  readonly asserted: string;
  /** What else was counted. */
  readonly figures?: Readonly<Record<string, number | string>>;
}

/** docs/proofs/<proof>.json. */
export interface ProofRecord extends ProofFigures {
  /** The commit whose code was tried. */
  readonly commit: string;
  /** False where the checkout held changes that were not committed (docs/proofs aside). */
  readonly isCommitted: boolean;
  /** COFFER_SEED repeats the same cases. */
  readonly seed: string;
  /** RFC 3339, UTC. */
  readonly finishedAt: string;
}

/**
 * Writes down what a long proof found; to be called as the last line of its test, after every assertion. In an ordinary run,
 * which tries a sample only, nothing is written.
 *
 * @param folder - docs/proofs unless told
 * @throws Error where nothing was tried, for a proof of no case is none, or where `asserted` is no sentence; in an ordinary run too, so that
 *   no long one is lost by it
 */
export function recordProof(found: ProofFigures, folder = join(workspaceRoot, 'docs/proofs')): void {
  if (!Number.isSafeInteger(found.count) || found.count <= 0) {
    throw new Error(`${found.proof}: a proof of ${found.count} cases`);
  }
  if (!/^[A-Z].*\.$/s.test(found.asserted))
    throw new Error(`${found.proof}: what was asserted is one sentence, with a full stop`);
  if (!isLongRun()) return;
  const { proof, count, seconds, asserted, figures = {} } = found;
  const record: ProofRecord = {
    proof,
    commit: git('rev-parse', 'HEAD'),
    isCommitted: git('status', '--porcelain', '--', '.', ':!docs/proofs') === '',
    seed: runSeed(),
    count,
    seconds: Math.round(seconds * 10) / 10,
    finishedAt: new Date(systemClock.nowMs()).toISOString(),
    asserted,
    figures,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${proof}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: workspaceRoot, encoding: 'utf8' }).trim();
}
