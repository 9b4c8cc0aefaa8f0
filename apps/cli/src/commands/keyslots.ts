import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { UsageError } from '../output/usage-error';
import { keySourcesOf } from '../vault/key-sources';

interface KeyOptions extends CommonOptions {
  readonly key?: string;
}

interface AddOptions extends KeyOptions {
  readonly digits?: boolean;
  readonly password?: boolean;
  readonly keyOut?: string;
  readonly passwordFile?: string;
}

interface RotateOptions extends AddOptions {
  readonly store: string;
  readonly repository?: string;
  readonly yes?: boolean;
}

interface RemoveOptions extends KeyOptions {
  readonly yes?: boolean;
}

const addHelp = `
Needs the backup key on this device (coffer unlock), or --key FILE. Nothing is encrypted anew. Exactly one of:
  --digits     the key as 64 digits, written down and typed back, or written to a file (--key-out)
  --password   kept by the vault under a password that it never sees
Passkeys are added in the restore portal.

Examples:
  coffer keyslots add --digits --key-out my-key.txt
  coffer keyslots add --password`;

const removeHelp = `
Ends the use of a keyslot. The last one stays, and a passkey never stands alone. Whoever got the backup key by it before still
has that key: after a leak, run "coffer keyslots rotate".

Examples:
  coffer keyslots remove password
  coffer keyslots remove 0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c3 --yes`;

const rotateHelp = `
Puts a new backup key in the place of the current one, e.g. after the current one may have leaked. Needs the current key on this
device (coffer unlock), or --key FILE. What was backed up stays where it is and opens with the new key; the former 64 digits,
password and passkeys open nothing any more. Interrupted anywhere, run the same command again: either all that is old works, or
all that is new.

Examples:
  coffer keyslots rotate --digits --key-out new-key.txt --password
  coffer keyslots rotate --store file:/mnt/disk/backups --key old-key.txt --digits --key-out new-key.txt`;

const checkHelp = `
So that a lost record is found while a device still holds the key: two groups of the 64 digits are compared on this device and sent
nowhere; a password is tried with the vault, which spends a guess that comes back when it is right. The vault hears only how it went.
Never enter your key or password anywhere because a message asks for it; Coffer's messages do not.

Examples:
  coffer keyslots check --digits
  coffer keyslots check --password`;

interface CheckOptions extends CommonOptions {
  readonly digits?: boolean;
  readonly password?: boolean;
  readonly recorded?: string;
  readonly passwordFile?: string;
}

/** `coffer keyslots list`, `add`, `check`, `remove`, `rotate`. */
export const registerKeyslots: Register = (program, context) => {
  const keyslots = program.command('keyslots').description('the ways by which a vault account gets its key back');
  keyslots
    .command('list')
    .description('list them; a sign-in is enough')
    .action(async ({ home }: CommonOptions) => {
      const { runKeyslotsList } = await import('../keyslots/run-keyslots-list');
      await runKeyslotsList(context, readConfig(home).home);
    });
  keyslots
    .command('add')
    .description('add one from a device that holds the key')
    .option('--digits', 'a keyslot of 64 digits')
    .option('--password', 'a keyslot with a password')
    .option('--key-out <file>', 'write the 64 digits there instead of showing them')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the new password; - for standard input')
    .addHelpText('after', addHelp)
    .action(async ({ home, digits = false, password = false, ...files }: AddOptions) => {
      if (digits === password) throw new UsageError('Choose one of --digits and --password.');
      const config = readConfig(home);
      const { runKeyslotsAdd } = await import('../keyslots/run-keyslots-add');
      await runKeyslotsAdd(context, {
        ...files,
        home: config.home,
        kind: digits ? 'digits' : 'password',
        environmentKey: config.key,
        environmentPassword: config.password,
      });
    });
  keyslots
    .command('check')
    .description('check that you still have what opens your backup')
    .option('--digits', 'two groups of the 64-digit key (the default)')
    .option('--password', 'the password, by a real recovery')
    .option('--recorded <file>', 'file with the 64 digits as you recorded them; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .addHelpText('after', checkHelp)
    .action(async ({ home, digits = false, password = false, recorded, ...files }: CheckOptions) => {
      if (digits && password) throw new UsageError('Choose one of --digits and --password.');
      const config = readConfig(home);
      const { runKeyslotsCheck } = await import('../keyslots/run-keyslots-check');
      const sources = keySourcesOf(files, { ...config, key: undefined });
      const request = password ? ({ kind: 'password', sources } as const) : ({ kind: 'digits', recorded } as const);
      await runKeyslotsCheck(context, config.home, request);
    });
  keyslots
    .command('remove')
    .argument('<keyslot>', 'its id, or its kind where there is only one of it')
    .description('remove one from a device that holds the key')
    .option('--yes', 'confirm that it no longer opens the backup')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .addHelpText('after', removeHelp)
    .action(async (keyslot: string, { home, yes = false, ...key }: RemoveOptions) => {
      const config = readConfig(home);
      const { runKeyslotsRemove } = await import('../keyslots/run-keyslots-remove');
      await runKeyslotsRemove(context, { ...key, home: config.home, keyslot, yes, environmentKey: config.key });
    });
  keyslots
    .command('rotate')
    .description('replace the backup key by a new one, with new keyslots')
    .option('--store <url>', 'where a repository without a vault is', 'vault:')
    .option('--repository <id>', 'which one, where the key opens several of a store without a vault')
    .option('--digits', 'a keyslot of 64 digits')
    .option('--password', 'a keyslot with a password')
    .option('--key-out <file>', 'write the new 64 digits there instead of showing them')
    .option('--key <file>', 'file that holds the current 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password of the new key; - for standard input')
    .option('--yes', 'confirm that the former key opens nothing that comes afterwards')
    .addHelpText('after', rotateHelp)
    .action(async ({ home, digits = false, password = false, yes = false, ...rest }: RotateOptions) => {
      const config = readConfig(home);
      const { runRotate } = await import('../keyslots/rotation/run-rotate');
      await runRotate(context, {
        ...rest,
        ...{ home: config.home, digits, password, yes, failpoint: config.failpoint },
        environmentKey: config.key,
        environmentPassword: config.password,
      });
    });
};
