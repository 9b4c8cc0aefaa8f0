import type { RegisterAdmin } from '../admin-context';

/** `coffer-admin drill`. */
export const registerDrill: RegisterAdmin = (program, context) => {
  program
    .command('drill')
    .description(
      'open everything in a restored dump and record it, so that keys of former sealing epochs may be destroyed',
    )
    .requiredOption('--database <url>', 'postgresql:// URL of the restored dump; nothing is written to it')
    .action(async (options: { readonly database: string }) => {
      const { runDrill } = await import('../drill/run-drill');
      await runDrill(context, options.database);
    });
};
