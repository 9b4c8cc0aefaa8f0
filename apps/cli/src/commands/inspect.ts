import type { Register } from '../command-context';

/** `coffer inspect`. */
export const registerInspect: Register = (program, context) => {
  program
    .command('inspect')
    .description('say what a backup file is and which key it wants, without opening it')
    .argument('<file>', 'the backup')
    .addHelpText('after', '\nExample:\n  coffer inspect msgstore.db.crypt15')
    .action(async (file: string) => {
      const { runInspect } = await import('../inspect/run-inspect');
      await runInspect(context.reporter, file);
    });
};
