import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { withDatabase } from '../with-database';
import { withVault } from '../with-vault';
import { examineAccounts } from './examine-accounts';
import { examineLedger } from './examine-ledger';
import { examineStart } from './examine-start';
import { examine, good, type Finding } from './finding';

const keysAdvice = {
  safe: 'vault-api does not start without them; no key is made for a database that is not empty.',
  next: 'docs/operations/sealing.md, "vault-api does not start"; with an HSM docs/operations/hsm.md.',
};

/**
 * Says what is wrong, what is safe and what to do next. Nothing is changed.
 *
 * @throws AdminError `no-vault`; `unhealthy` where there is a problem; DatabaseError `unavailable`
 */
export async function runDoctor(context: AdminContext, { quick = false }: { readonly quick?: boolean }): Promise<void> {
  const { reporter } = context;
  const config = context.config();
  const tell = (findings: readonly Finding[]): readonly Finding[] => {
    for (const finding of findings) reporter.event('finding', { ...finding }, textOf(finding));
    return findings;
  };
  const found = [...tell(await withDatabase(config, (database) => examineStart(config, database)))];
  const rest = await examine('keys', keysAdvice, () =>
    withVault(config, async (vault) => {
      const problem = await vault.sealer.problem();
      if (problem !== undefined) return [{ check: 'keys', status: 'problem', what: problem, ...keysAdvice }];
      return [
        good('keys', `The sealing keys are at hand (${vault.sealer.kind}), and open the vault’s own secrets.`),
        ...(await examine('ledger', ledgerAdvice, () => examineLedger(vault, quick))),
        ...(await examine('accounts', ledgerAdvice, () => examineAccounts(vault, quick))),
      ];
    }),
  );
  found.push(...tell(rest));
  const problems = found.filter(({ status }) => status === 'problem').length;
  const warnings = found.filter(({ status }) => status === 'warning').length;
  const summary = { checks: found.length, problems, warnings, isWhole: !quick };
  reporter.event(
    'doctor',
    summary,
    problems === 0 ? `Nothing is wrong (${warnings} warnings).` : `${problems} problems.`,
  );
  if (problems > 0) throw new AdminError('unhealthy', `${problems} problems were found. Nothing was changed.`);
}

const ledgerAdvice = {
  safe: 'Nothing was changed by looking.',
  next: 'See what is said above, put that right, and run doctor again.',
};

const signs = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' };

function textOf({ check, status, what, safe, next }: Finding): string {
  const lines = [`${signs[status]} ${check}: ${what}`];
  if (safe !== null) lines.push(`        safe: ${safe}`);
  if (next !== null) lines.push(`        next: ${next}`);
  return lines.join('\n');
}
