import { Command } from 'commander';
import type { AdminContext } from './admin-context';
import { registrations } from './commands';

const about = `The operator's command line of a Coffer vault. It reads the same environment as vault-api (docs/configuration.md).

Common option, after any command:
  --json   JSON lines instead of text for people

Exit codes: 0 done, 1 other error or problems found, 2 usage, 5 service unreachable, 8 refused, 130 interrupted.`;

/** The whole command line. Actions load their code when they run. */
export function createAdminProgram(context: AdminContext): Command {
  const program = new Command('coffer-admin')
    .description(about)
    .exitOverride()
    .configureOutput({
      outputError: (text) => context.reporter.error('usage', text.replace(/^error: /, '').trim()),
    })
    .helpCommand('help [command]', 'explain a command')
    .action(() => program.help());
  for (const register of registrations) register(program, context);
  for (const command of leavesOf(program)) command.exitOverride().option('--json', 'print JSON lines');
  return program;
}

function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? leavesOf(child) : [child]));
}
