import type { SequencerStep, VaultStep } from '@coffer/key-vault';
import type { Logger } from '@coffer/observability';

/**
 * With COFFER_FAILPOINT set to a step the process kills itself there (SIGKILL), as a power cut would; claims and log say that
 * it is set. Without, steps cost nothing.
 */
export function failpoints(
  chosen: VaultStep | SequencerStep | undefined,
  log: Logger,
): (step: VaultStep | SequencerStep) => void {
  if (chosen === undefined) return () => undefined;
  log.warn({ step: chosen }, 'a failpoint is set: this process will kill itself; for tests only');
  return (step) => {
    if (step === chosen) process.kill(process.pid, 'SIGKILL');
  };
}
