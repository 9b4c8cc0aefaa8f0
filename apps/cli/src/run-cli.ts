import { CommanderError } from 'commander';
import { describeError } from './output/describe-error';
import { ExitCode } from './output/exit-codes';
import { createReporter } from './output/reporter';
import { createProgram } from './program';

/** Runs one command line and returns its exit code; never throws. */
export async function runCli(args: readonly string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away (`coffer … | head`) is no fault to talk about.
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(
      `coffer: what was to be printed cannot be written (${error.code ?? error.message}); stopped.\n`,
    );
    process.exit(ExitCode.other);
  });
  const reporter = createReporter({ json: args.includes('--json'), stdout: process.stdout, stderr: process.stderr });
  const interrupt = new AbortController();
  let interrupts = 0;
  const onSignal = (): void => {
    if (++interrupts > 1) process.exit(130);
    reporter.note('Stopping: what is half-written is being removed. Press Ctrl-C again to stop at once.');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await createProgram({ reporter, signal: interrupt.signal }).parseAsync(args.length > 0 ? [...args] : ['--help'], {
      from: 'user',
    });
    return ExitCode.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
    if (interrupt.signal.aborted) {
      reporter.error({ code: 'interrupted', message: 'Stopped. Nothing half-written is left under its final name.' });
      return 130;
    }
    const described = describeError(error);
    reporter.error(described);
    return described.exitCode;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
