import type { AdminContext } from '../admin-context';
import { withVault } from '../with-vault';
import { chooseScope, isEmptyPlan } from './choose-scope';
import { planFields, planText } from './plan-text';

/**
 * Says what a repair would do. Nothing is changed.
 *
 * @throws RepairError `beyond-repair`; AnchorError; AdminError `no-vault`
 */
export async function runRepairPlan(context: AdminContext): Promise<void> {
  const { reporter } = context;
  await withVault(context.config(), async (vault) => {
    const { scope, unsealedProblem } = await chooseScope(vault);
    const plan = await vault.repair().plan(scope);
    const { lost, repaired } = plan.summary.accounts;
    if (isEmptyPlan(scope, repaired)) {
      const rest = lost === 0 ? 'Nothing is sealed.' : `${lost} accounts stay sealed: nobody can put them together.`;
      reporter.event('repair-plan', { ...planFields(plan), isEmpty: true }, `There is nothing to repair. ${rest}`);
      return;
    }
    reporter.event('repair-plan', { ...planFields(plan), isEmpty: false }, planText(plan));
    if (unsealedProblem !== undefined) {
      reporter.note(`The vault is not sealed yet (${unsealedProblem}); whoever approves first seals it.`);
    }
    reporter.note(
      'Nothing was changed. Next, two different members of staff: coffer-admin repair approve PLAN --token-file FILE --reason TEXT',
    );
  });
}
