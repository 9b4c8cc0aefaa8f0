import { Command } from 'commander';
import manifest from '../package.json';
import { registrations } from './commands';
import type { CommandContext } from './command-context';

const about = `End-to-end encrypted chat backups: the device on a terminal.

Common options, after any command:
  --json        JSON lines (types: progress, warning, error, summary) instead of text for people
  --home DIR    where this device keeps its keys and what it has seen (default: ~/.coffer, or COFFER_CLI_HOME)

Exit codes: 0 done, 1 other error, 2 usage, 3 wrong key or password, 4 damaged or tampered data, 5 service unreachable,
6 no guesses left or locked, 7 unsupported format, 8 refused for safety, 130 interrupted.`;

const firstSteps = `
First steps, each explained by "coffer help COMMAND":
  coffer init --store file:/mnt/disk/backups --key-out coffer-key
  coffer backup ~/Chats --store file:/mnt/disk/backups --key coffer-key
  coffer restore --store file:/mnt/disk/backups --key coffer-key --out ./restored
What another app wrote:
  coffer open msgstore.db.crypt15 --key KEYFILE --out ./opened --format html
Where your chat service runs a vault:
  coffer login --deployment deployment.json
  coffer setup --digits --password`;

/** The whole command line. Actions load their code when they run, so that \`--help\` and usage errors are quick. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('coffer')
    .description(about)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => sayUsageError(context, text, write) })
    .showHelpAfterError(context.reporter.json ? false : 'Run it with --help to learn how it is used.')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', firstSteps)
    .version(manifest.version, '--version', 'print the version');
  for (const register of registrations) register(program, context);
  for (const command of allBelow(program)) {
    command.exitOverride().option('--json', 'print JSON lines').option('--home <dir>', "this device's folder");
  }
  return program;
}

function sayUsageError({ reporter }: CommandContext, text: string, write: (text: string) => void): void {
  const message = text.replace(/^error: /, '');
  if (reporter.json) reporter.error({ code: 'usage', message: message.trim() });
  else write(`coffer: ${message}`);
}

function allBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? allBelow(child) : [child]));
}
