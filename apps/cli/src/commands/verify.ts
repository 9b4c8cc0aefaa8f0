import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface VerifyOptions extends RepositoryOptions {
  readonly sample: string;
}

const help = `
A fire drill: fetches what a restore would fetch, with an empty cache, decrypts and checks it, and changes nothing in the
store. With less than 100 % a part of the packs is drawn at random each time. Of the newest snapshot in a vault a signed proof is handed
in when all of it is sound: the portal shows its date. Ends with exit code 4 where anything is damaged or missing.
${repositoryHelp}

Examples:
  coffer verify --store file:/mnt/disk/backups --key coffer-key
  coffer verify --sample 10 --store s3://bucket/me
  coffer verify --store vault:`;

/** `coffer verify`. */
export const registerVerify: Register = (program, context) => {
  const command = program
    .command('verify')
    .description('read a backup back and check all of it, or a sample')
    .argument('[snapshot]', 'first digits of its id; the newest unless told');
  withRepositoryOptions(command)
    .option('--sample <percent>', 'how much of it is read, 5 to 100', '100')
    .addHelpText('after', help)
    .action(async (snapshot: string | undefined, options: VerifyOptions) => {
      const { runVerify } = await import('../verify/run-verify');
      await runVerify(context, { ...options, snapshot });
    });
};
