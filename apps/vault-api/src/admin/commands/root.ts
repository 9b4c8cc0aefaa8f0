import type { RegisterAdmin } from '../admin-context';

/** `coffer-admin root split` and `coffer-admin root restore`. */
export const registerRoot: RegisterAdmin = (program, context) => {
  const root = program
    .command('root')
    .description('the root key that guards the sealing keys, in shares for five people');
  root
    .command('split')
    .description('split the root key into five shares, any three of which restore it')
    .option('--out <folder>', 'write them there, one file (0600) each, instead of showing them one at a time')
    .action(async (options: { readonly out?: string }) => {
      const { runRootSplit } = await import('../root/run-root-split');
      await runRootSplit(context, options.out);
    });
  root
    .command('restore')
    .description('make the root key again out of at least three shares; a root key that is there is left alone')
    .argument('<files...>', 'one file for each share')
    .action(async (files: readonly string[]) => {
      const { runRootRestore } = await import('../root/run-root-restore');
      await runRootRestore(context, files);
    });
};
