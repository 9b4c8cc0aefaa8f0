import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

/** `coffer claims`. */
export const registerClaims: Register = (program, context) => {
  program
    .command('claims')
    .description('show what the deployment says that it can and cannot promise, and what it could hand over')
    .addHelpText(
      'after',
      '\nNeeds no sign-in, only a deployment file (coffer login --deployment FILE).\n\nExample:\n  coffer claims',
    )
    .action(async ({ home }: CommonOptions) => {
      const { runClaims } = await import('../claims/run-claims');
      await runClaims(context, readConfig(home).home);
    });
};
