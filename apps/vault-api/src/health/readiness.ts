import { durabilityProblems } from '@coffer/database';
import type { ReadinessCheck } from '@coffer/observability';
import type { VaultParts } from '../platform/vault-parts';

/** What must hold before this process takes work. */
export function readinessChecks(parts: VaultParts): readonly ReadinessCheck[] {
  return [
    {
      name: 'database',
      check: async () => {
        try {
          const problems = await durabilityProblems(parts.database);
          return problems.length === 0 ? undefined : problems.join('; ');
        } catch {
          return 'the database does not answer';
        }
      },
    },
    { name: 'sealing', check: () => parts.sealer.problem() },
    { name: 'vault', check: async () => parts.ledger.sealedReason ?? undefined },
  ];
}
