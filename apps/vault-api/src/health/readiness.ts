import { durabilityProblems } from '@coffer/database';
import type { ReadinessCheck } from '@coffer/observability';
import type { VaultParts } from '../platform/vault-parts';
import { anchorProblem, clockProblem, keysProblem, seeVitals } from './vital-problems';

/** What must hold before this process takes work, and as long as it does. */
export function readinessChecks(parts: VaultParts): readonly ReadinessCheck[] {
  const { database, identity, sealer, ledger } = parts;
  const check = (name: string, problem: () => Promise<string | undefined>): ReadinessCheck => ({
    name,
    check: async () => problem().catch(() => 'the database does not answer'),
  });
  return [
    check('database', async () => {
      const problems = await durabilityProblems(database);
      return problems.length === 0 ? undefined : problems.join('; ');
    }),
    check('clock', async () => clockProblem(await seeVitals(database))),
    check('keys', async () => keysProblem(await seeVitals(database), identity.vaultId)),
    check('anchor', async () => anchorProblem(await seeVitals(database))),
    { name: 'sealing', check: () => sealer.problem() },
    { name: 'vault', check: async () => ledger.sealedReason ?? undefined },
  ];
}
