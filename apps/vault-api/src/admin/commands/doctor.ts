import type { RegisterAdmin } from '../admin-context';

/** `coffer-admin doctor`. */
export const registerDoctor: RegisterAdmin = (program, context) => {
  program
    .command('doctor')
    .description('say what is wrong with this vault, what is safe, and what to do next; nothing is changed')
    .option('--quick', 'do not read every account and the whole tree')
    .action(async (options: { readonly quick?: boolean }) => {
      const { runDoctor } = await import('../doctor/run-doctor');
      await runDoctor(context, options);
    });
};
