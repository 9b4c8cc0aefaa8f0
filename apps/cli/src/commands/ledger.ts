import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

/** `coffer ledger check` and `show`. */
export const registerLedger: Register = (program, context) => {
  const ledger = program
    .command('ledger')
    .description("the vault's signed log of everything about this account's keys");
  ledger
    .command('check')
    .description('verify the chain, the guess budget, the tree, and that nothing this device has seen was changed')
    .addHelpText('after', '\nExample:\n  coffer ledger check')
    .action(async ({ home }: CommonOptions) => {
      const { runLedgerCheck } = await import('../ledger/run-ledger-check');
      await runLedgerCheck(context, readConfig(home).home);
    });
  ledger
    .command('show')
    .description('list the events')
    .action(async ({ home }: CommonOptions) => {
      const { runLedgerShow } = await import('../ledger/run-ledger-show');
      await runLedgerShow(context, readConfig(home).home);
    });
};
