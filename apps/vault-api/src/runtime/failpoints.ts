import type { Failpoint } from '../config';

/**
 * With COFFER_FAILPOINT set to a step the process kills itself there (SIGKILL), as a power cut would; claims and log say that
 * it is set. Without, steps cost nothing.
 */
export function failpoints(
  chosen: Failpoint | undefined,
  log: { warn(fields: { readonly step: string }, message: string): void },
): (step: Failpoint) => void {
  if (chosen === undefined) return () => undefined;
  log.warn({ step: chosen }, 'a failpoint is set: this process will kill itself; for tests only');
  return (step) => {
    if (step === chosen) process.kill(process.pid, 'SIGKILL');
  };
}
