import { InvalidArgumentError, type Command } from 'commander';

import type { CommandContext, CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { keySourcesOf, type KeyOptions } from '../vault/key-sources';

interface StartOptions extends KeyOptions, CommonOptions {
  readonly yes?: boolean;
  readonly timeout: number;
  readonly repository?: string;
}

interface StatusOptions extends CommonOptions {
  readonly wait?: boolean;
  readonly timeout: number;
  readonly certificates?: string;
}

interface QuarantineOptions extends KeyOptions, CommonOptions {
  readonly reason: string;
}

interface ReleaseOptions extends KeyOptions, CommonOptions {
  readonly yes?: boolean;
}

const startHelp = `
Needs a sign-in of the last five minutes (coffer login), and the backup key on this device or one of the options that give it.
A copy is deleted only after this device has proven, and the vault has checked, that the encrypted backup gives back its very
bytes; what the backup does not contain is taken in first, below plaintext-backups/ in the snapshot.

Examples:
  coffer purge start
  coffer purge status --wait --certificates ./certificates
  coffer purge stop`;

/** `coffer purge start`, `stop`, `status`, `quarantine`, `release`. */
export const registerPurge: Register = (program, context) => {
  const purge = program.command('purge').description('delete the unencrypted backups that older apps left');
  purge
    .command('start')
    .description('agree, take in what is missing, prove the rest, and let the purge run')
    .option('--yes', 'agree that the unencrypted backups are deleted')
    .option('--timeout <seconds>', 'how long to wait for the worker', wholeSeconds, 600)
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .option('--repository <id>', 'which one, where the key opens several')
    .addHelpText('after', startHelp)
    .action(async ({ yes, timeout, repository, home, ...options }: StartOptions) => {
      const config = readConfig(home);
      const { runPurgeStart } = await import('../purge/run-purge-start');
      await runPurgeStart(context, {
        ...keySourcesOf(options, config),
        home: config.home,
        yes: yes ?? false,
        timeoutSeconds: timeout,
        ...(repository === undefined ? {} : { repository }),
      });
    });
  purge
    .command('stop')
    .description('stop it, up to the next delete; a sign-in is enough')
    .action(async ({ home }: CommonOptions) => {
      const { runPurgeStop } = await import('../purge/run-purge-stop');
      await runPurgeStop(context, readConfig(home).home);
    });
  purge
    .command('status')
    .description('where it stands, copy by copy')
    .option('--wait', 'until nothing waits any more')
    .option('--timeout <seconds>', 'how long to wait at most', wholeSeconds, 600)
    .option('--certificates <dir>', 'save the deletion certificates there')
    .addHelpText('after', '\nExample:\n  coffer purge status --wait --certificates ./certificates')
    .action(async ({ wait, timeout, certificates, home }: StatusOptions) => {
      const { runPurgeStatus } = await import('../purge/run-purge-status');
      await runPurgeStatus(context, {
        home: readConfig(home).home,
        wait: wait ?? false,
        timeoutSeconds: timeout,
        ...(certificates === undefined ? {} : { certificates }),
      });
    });
  registerKeeping(purge, context);
};

/** What a person says about single copies. */
function registerKeeping(purge: Command, context: CommandContext): void {
  purge
    .command('quarantine')
    .description('report that a copy cannot be read as a backup, so that it is kept')
    .argument('<copy>', 'id or path of a copy that coffer purge status lists')
    .option('--reason <word>', 'what is wrong with it, in one word', reasonWord, 'not-a-backup')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .addHelpText('after', '\nExample:\n  coffer purge quarantine msgstore.db --reason damaged')
    .action(async (copy: string, { reason, home, ...options }: QuarantineOptions) => {
      const config = readConfig(home);
      const { runPurgeQuarantine } = await import('../purge/run-purge-quarantine');
      await runPurgeQuarantine(context, { ...keySourcesOf(options, config), home: config.home, copy, reason });
    });
  purge
    .command('release')
    .description('let a copy go although no backup contains it')
    .argument('<copy>', 'id or path of a copy that coffer purge status lists')
    .option('--yes', 'agree that it is deleted')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .addHelpText('after', '\nExample:\n  coffer purge release old-phone/msgstore.db')
    .action(async (copy: string, { yes, home, ...options }: ReleaseOptions) => {
      const config = readConfig(home);
      const { runPurgeRelease } = await import('../purge/run-purge-release');
      await runPurgeRelease(context, { ...keySourcesOf(options, config), home: config.home, copy, yes: yes ?? false });
    });
}

/** As the statement takes it (libs/evidence, `slug`). */
function reasonWord(text: string): string {
  if (!/^[a-z0-9-]{1,64}$/.test(text))
    throw new InvalidArgumentError('lower-case letters, digits and hyphens expected');
  return text;
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('whole seconds expected');
  return Number(text);
}
