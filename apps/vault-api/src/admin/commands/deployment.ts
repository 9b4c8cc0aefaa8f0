import type { RegisterAdmin } from '../admin-context';

/** `coffer-admin deployment export`. */
export const registerDeployment: RegisterAdmin = (program, context) => {
  const deployment = program.command('deployment').description('how devices know this vault');
  deployment
    .command('export')
    .description('write deployment.json: addresses, client ids and the public keys that devices pin')
    .option('--output <file>', 'write it there (a file that exists is left alone) instead of to standard output')
    .action(async (options: { readonly output?: string }) => {
      const { runDeploymentExport } = await import('../deployment/run-deployment-export');
      await runDeploymentExport(context, options.output);
    });
};
