import { deployment, type Deployment } from '@coffer/contracts';
import { DeviceError } from '@coffer/device-protocol';

/**
 * Fetches what the operator pinned, from beside this worker and never from the vault.
 *
 * @throws DeviceError `offline`, `unavailable`
 */
export async function fetchDeployment(from: URL): Promise<Deployment> {
  let answer: Response;
  try {
    answer = await fetch(from, { cache: 'no-store', redirect: 'error' });
  } catch (cause) {
    throw new DeviceError('offline', 'the server was not reached; nothing was sent', { cause, isRetryable: true });
  }
  const read = deployment.safeParse(answer.ok ? await answer.json().catch(() => undefined) : undefined);
  if (read.success) return read.data;
  throw new DeviceError('unavailable', 'the portal has no deployment.json; tell whoever runs this service', {
    fields: { retryAfterSeconds: null },
    isRetryable: true,
  });
}
