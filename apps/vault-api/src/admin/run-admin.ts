import { CofferError } from '@coffer/foundation';
import { CommanderError } from 'commander';
import { readConfig, type AppConfig } from '../config';
import { AdminExit, adminExitOf } from './admin-error';
import { createAdminReporter } from './admin-reporter';
import { createAdminProgram } from './program';

/** Runs one command line and returns its exit code; never throws. */
export async function runAdmin(args: readonly string[]): Promise<number> {
  const reporter = createAdminReporter({
    json: args.includes('--json'),
    stdout: process.stdout,
    stderr: process.stderr,
  });
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let read: AppConfig | undefined;
  const config = (): AppConfig => (read ??= readConfig());
  try {
    await createAdminProgram({ reporter, signal: interrupt.signal, config }).parseAsync([...args], { from: 'user' });
    return AdminExit.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? AdminExit.done : AdminExit.usage;
    if (interrupt.signal.aborted) {
      reporter.error('interrupted', 'Stopped. Nothing was changed that was not said before.');
      return AdminExit.interrupted;
    }
    if (error instanceof CofferError) reporter.error(error.code, error.message);
    else reporter.error('unexpected', error instanceof Error ? error.message : 'an unknown fault');
    return adminExitOf(error);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
