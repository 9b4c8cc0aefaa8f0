import type { Logger } from '@coffer/observability';

/** Steps after which a test can kill this process, as a power cut would. */
export type VaultStep = 'spend-committed' | 'evaluated' | 'state-stored' | 'proven-committed';

/** Called at each step. */
export type AtStep = (step: VaultStep) => void;

/**
 * With COFFER_FAILPOINT set to a step the process kills itself there (SIGKILL), once it has been told so in its log. Without,
 * steps cost nothing.
 */
export function failpoints(chosen: string | undefined, log: Logger): AtStep {
  if (chosen === undefined) return () => undefined;
  log.warn({ step: chosen }, 'a failpoint is set: this process will kill itself; for tests only');
  return (step) => {
    if (step === chosen) process.kill(process.pid, 'SIGKILL');
  };
}
