import type { RegisterAdmin } from '../admin-context';

const tokenHelp =
  'a file with an access token of your own staff sign-in, at most five minutes old (- for standard input)';

/** `coffer-admin repair plan`, `approve` and `apply`. */
export const registerRepair: RegisterAdmin = (program, context) => {
  const repair = program
    .command('repair')
    .description(
      'put a sealed vault, or sealed accounts, back to what the ledger shows, never to more; two of staff approve',
    );
  repair
    .command('plan')
    .description('say what a repair would do, and the hash that names this plan; nothing is changed')
    .action(async () => {
      const { runRepairPlan } = await import('../repair/run-repair-plan');
      await runRepairPlan(context);
    });
  repair
    .command('approve')
    .description('approve a plan in your own name; two different members of staff must')
    .argument('<hash>', 'the plan, as `repair plan` names it')
    .requiredOption('--token-file <file>', tokenHelp)
    .option('--reason <text>', 'why, in a sentence; needed of whoever approves first, and kept in the ledger')
    .action(async (hash: string, options: { readonly tokenFile: string; readonly reason?: string }) => {
      const { runRepairApprove } = await import('../repair/run-repair-approve');
      await runRepairApprove(context, hash, options);
    });
  repair
    .command('apply')
    .description('do what two members of staff have approved; may be run again after it was cut off')
    .argument('<hash>', 'the plan, as `repair plan` names it')
    .action(async (hash: string) => {
      const { runRepairApply } = await import('../repair/run-repair-apply');
      await runRepairApply(context, hash);
    });
};
