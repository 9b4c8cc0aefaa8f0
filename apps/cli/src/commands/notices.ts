import { Argument, InvalidArgumentError } from 'commander';

import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { UsageError } from '../output/usage-error';

interface QuietOptions extends CommonOptions {
  readonly timeZone?: string;
}

const about = `
Every notice is in the feed. An e-mail address gets them too once you have given back the code that is sent there; a browser is added
in the browser. Quiet hours and silenced topics hold for all but security, which is told at once.

Examples:
  coffer notices list
  coffer notices email me@example.org
  coffer notices confirm 12345678
  coffer notices quiet 22:00-07:00 --time-zone Europe/Berlin
  coffer notices quiet off
  coffer notices mute reminders`;

const topics = (): Argument => new Argument('<topic>', 'what is silenced').choices(['reminders', 'purge']);

/** `coffer notices list`, `settings`, `email`, `confirm`, `remove`, `quiet`, `mute`, `unmute`. */
export const registerNotices: Register = (program, context) => {
  const notices = program.command('notices').description('what this account was told, and where and when it is told');
  notices.addHelpText('after', about);
  const load = () => import('../notices/run-notices');
  const homeOf = ({ home }: CommonOptions): string => readConfig(home).home;
  notices
    .command('list')
    .description('the newest entries of the feed')
    .action(async (options: CommonOptions) => (await load()).runNoticesList(context, homeOf(options)));
  notices
    .command('settings')
    .description('addresses, browsers, quiet hours and silenced topics')
    .action(async (options: CommonOptions) => (await load()).runNoticesSettings(context, homeOf(options)));
  notices
    .command('email')
    .argument('<address>', 'e-mail address')
    .description('be told by e-mail too')
    .action(async (address: string, options: CommonOptions) =>
      (await load()).runNoticesEmail(context, homeOf(options), address),
    );
  notices
    .command('confirm')
    .argument('<code>', 'the eight digits that were sent to the address')
    .option('--channel <id>', 'the address, where several wait for a code')
    .description('confirm an address')
    .action(async (code: string, { channel, ...options }: CommonOptions & { readonly channel?: string }) =>
      (await load()).runNoticesConfirm(context, homeOf(options), { code, channel }),
    );
  notices
    .command('remove')
    .argument('<channel>', 'an address, or the id of a channel')
    .description('be told there no longer')
    .action(async (channel: string, options: CommonOptions) =>
      (await load()).runNoticesRemove(context, homeOf(options), channel),
    );
  notices
    .command('quiet')
    .argument('<hours>', 'HH:MM-HH:MM, or off', quietText)
    .option('--time-zone <name>', 'as in Europe/Berlin; default: that of this device')
    .description('no e-mail and no push at these hours, but about security')
    .action(async (hours: string, options: QuietOptions) =>
      (await load()).runNoticesQuiet(context, homeOf(options), toQuietHours(hours, options.timeZone)),
    );
  for (const isMuted of [true, false]) {
    notices
      .command(isMuted ? 'mute' : 'unmute')
      .addArgument(topics())
      .description(isMuted ? 'keep a topic to the feed' : 'be told of a topic again')
      .action(async (topic: 'purge' | 'reminders', options: CommonOptions) =>
        (await load()).runNoticesMute(context, homeOf(options), { topic, isMuted }),
      );
  }
};

const quietPattern = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/;

function quietText(text: string): string {
  if (text !== 'off' && !quietPattern.test(text)) throw new InvalidArgumentError('HH:MM-HH:MM or off expected');
  return text;
}

function toQuietHours(
  text: string,
  timeZone: string = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): { readonly from: string; readonly to: string; readonly timeZone: string } | null {
  const [, from, to] = quietPattern.exec(text) ?? [];
  if (from === undefined || to === undefined) return null;
  if (from === to) throw new UsageError('Quiet hours begin and end at different times.');
  return { from, to, timeZone };
}
